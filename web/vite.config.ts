import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { serviceWorker } from "./pwa/plugin";

// In development the API is the program on this machine (D24_WEB_API to point elsewhere).
const api = process.env.D24_WEB_API ?? "http://127.0.0.1:8024";

export default defineConfig({
  plugins: [react(), serviceWorker()],
  server: { host: "127.0.0.1", proxy: { "/api": { target: api, ws: true } } },
  // .gitkeep must outlive a build, so the folder is emptied by the script beside, not by Vite.
  build: { outDir: "dist", emptyOutDir: false, sourcemap: false, target: "es2022", chunkSizeWarningLimit: 700 },
  test: {
    environment: "jsdom",
    setupFiles: ["./test/setup.ts"],
    include: ["src/**/*.test.{ts,tsx}", "test/**/*.test.{ts,tsx}"],
    css: false,
    testTimeout: 10_000,
  },
});
