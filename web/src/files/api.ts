/** Files of a house or a request over the typed client; uploads go by XMLHttpRequest, which tells how far they are. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, ApiError, sessionEnded, take } from "../api/client";
import type { components } from "../api/schema";
import type { Problem } from "../api/types";

export type Subject = "building" | "ticket";
export type FileRow = components["schemas"]["FileRow"];
export type FileList = components["schemas"]["FileList"];

const key = (subject: Subject, of: number) => ["files", subject, of] as const;

/** Where a file is; the browser saves it and never opens it as a page. */
export const hrefOf = (subject: Subject, id: number) => `/api/v1/${subject}-files/${id}`;

/** What stands for a picture in the gallery: the small one, or itself when it has none. */
export const thumbOf = (subject: Subject, f: FileRow) => hrefOf(subject, f.id) + (f.has_thumb ? "/thumb" : "");

export function useFiles(subject: Subject, of: number) {
  return useQuery({
    queryKey: key(subject, of),
    queryFn: () => take(api.GET(`/api/v1/${subject}-files`, { params: { query: { of } } })),
    meta: { live: ["file"] as const, id: of },
  });
}

export function useAgain(subject: Subject, of: number) {
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: key(subject, of) });
}

type Change = { verb: "describe"; file: FileRow; caption: string } | { verb: "delete" | "restore"; file: FileRow };

/** Describes a file, takes it away, brings it back. */
export function useChange(subject: Subject, of: number) {
  const again = useAgain(subject, of);
  return useMutation({
    mutationFn: (c: Change) => {
      const params = { path: { id: c.file.id } };
      if (c.verb === "describe") {
        const body = { caption: c.caption, version: c.file.version };
        return take(api.PATCH(`/api/v1/${subject}-files/{id}`, { params, body }));
      }
      return c.verb === "delete"
        ? take(api.DELETE(`/api/v1/${subject}-files/{id}`, { params }))
        : take(api.POST(`/api/v1/${subject}-files/{id}/restore`, { params }));
    },
    onSettled: again,
  });
}

function problemOf(xhr: XMLHttpRequest): Problem {
  try {
    const p: unknown = JSON.parse(xhr.responseText);
    if (typeof p === "object" && p !== null && "code" in p && "detail" in p) return p as Problem; // the document promises it
  } catch {
    // a page of a proxy
  }
  return { status: xhr.status, code: `http.${xhr.status}`, detail: "" };
}

/** Sends a file; `told` hears the part that is sent, 0..1. Sent twice it makes one file. `at`: when a phone took it. */
export function upload(subject: Subject, of: number, file: File, told: (part: number) => void, at = ""): Promise<void> {
  return new Promise((done, failed) => {
    const xhr = new XMLHttpRequest();
    const lost = () => failed(new ApiError({ status: 0, code: "network", detail: "" }));
    const taken = at && `&at=${encodeURIComponent(at)}`;
    xhr.open("POST", `/api/v1/${subject}-files?of=${of}&name=${encodeURIComponent(file.name.slice(-300))}${taken}`);
    xhr.setRequestHeader("Content-Type", "application/octet-stream"); // what it is the server sees by itself
    xhr.upload.onprogress = (e) => told(e.lengthComputable ? e.loaded / e.total : 0);
    xhr.onerror = lost;
    xhr.onabort = lost;
    xhr.onload = () => {
      if (xhr.status >= 200 && xhr.status < 300) return done();
      if (xhr.status === 401) sessionEnded();
      failed(new ApiError(problemOf(xhr)));
    };
    xhr.send(file);
  });
}
