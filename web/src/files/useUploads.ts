import { useCallback, useEffect, useRef, useState } from "react";
import { ApiError } from "../api/client";
import { upload, useAgain, type Subject } from "./api";

/** A file on its way, or one that did not come: why is said at its row. */
export type Sent = { key: string; file: File; part: number; error: unknown };

/** The same file chosen twice, while it is on its way, is one. */
const keyOf = (f: File) => `${f.name}|${f.size}|${f.lastModified}`;

/** Sends files one after another. */
export function useUploads(subject: Subject, of: number, max: number, tooBig: string) {
  const [rows, setRows] = useState<readonly Sent[]>([]);
  const queue = useRef<Sent[]>([]);
  const busy = useRef(false);
  const again = useAgain(subject, of);
  const run = useRef<() => Promise<void>>(() => Promise.resolve());

  useEffect(() => {
    const put = (key: string, change: Partial<Sent>) =>
      setRows((now) => now.map((r) => (r.key === key ? { ...r, ...change } : r)));
    run.current = async () => {
      if (busy.current) return;
      busy.current = true;
      for (let next = queue.current.shift(); next; next = queue.current.shift()) {
        const { key, file } = next;
        try {
          await upload(subject, of, file, (part) => put(key, { part }));
          await again();
          setRows((now) => now.filter((r) => r.key !== key));
        } catch (error) {
          put(key, { error });
        }
      }
      busy.current = false;
    };
  });

  const add = useCallback(
    (files: Iterable<File>) => {
      const chosen = [...files].map((file): Sent => {
        const error = file.size > max ? new ApiError({ status: 422, code: "file.size", detail: tooBig }) : null;
        return { key: keyOf(file), file, part: 0, error };
      });
      setRows((now) => {
        const known = new Set(now.filter((r) => !r.error).map((r) => r.key));
        const fresh = chosen.filter((c, i) => !known.has(c.key) && chosen.findIndex((x) => x.key === c.key) === i);
        return [...now.filter((r) => !fresh.some((f) => f.key === r.key)), ...fresh];
      });
      for (const c of chosen) if (!c.error && !queue.current.some((q) => q.key === c.key)) queue.current.push(c);
      void run.current();
    },
    [max, tooBig],
  );
  const drop = (key: string) => setRows((now) => now.filter((r) => r.key !== key));
  return { rows, add, drop };
}
