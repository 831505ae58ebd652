/** Writes sw.js beside the pages: sw.js of this folder with the list of what is the program. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import type { Plugin } from "vite";

/** Letters nobody reads here are fetched when they are needed. */
const isShell = (name: string) => !/(greek|vietnamese)/.test(name) && !/(^|\/)(\.gitkeep|sw\.js)$/.test(name);

function filesIn(dir: string, under = ""): string[] {
  return readdirSync(dir).flatMap((name) =>
    statSync(`${dir}/${name}`).isDirectory() ? filesIn(`${dir}/${name}`, `${under}${name}/`) : [under + name],
  );
}

export function serviceWorker(): Plugin {
  let out = "";
  return {
    name: "d24-service-worker",
    apply: "build",
    configResolved(config) {
      out = `${config.root}/${config.build.outDir}`;
    },
    closeBundle() {
      const names = filesIn(out).filter(isShell).sort();
      const sum = createHash("sha256");
      for (const name of names) sum.update(name).update(readFileSync(`${out}/${name}`));
      const source = readFileSync(new URL("./sw.js", import.meta.url), "utf8");
      sum.update(source);
      writeFileSync(
        `${out}/sw.js`,
        source
          .replace('"__VERSION__"', JSON.stringify(sum.digest("hex").slice(0, 16)))
          .replace('["__SHELL__"]', JSON.stringify(names.map((n) => `/${n}`))),
      );
    },
  };
}
