import "@fontsource-variable/inter/index.css";
import "@mantine/core/styles.css";
import "@mantine/notifications/styles.css";
import "./ui/app.css";
import { createRoot } from "react-dom/client";
import { newQueryClient } from "./api/queries";
import { App } from "./app/App";
import { newRouter } from "./app/router";
import { recall } from "./offline/keep";
import { registerWorker } from "./pwa/worker";
import { whenAway } from "./session/session";

const client = newQueryClient();
whenAway(() => recall(client));
if (import.meta.env.PROD) window.addEventListener("load", () => void registerWorker());
createRoot(document.getElementById("root")!).render(<App client={client} router={newRouter(client)} />);
