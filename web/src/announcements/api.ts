/** Announcements and pronunciation over the typed client. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, take } from "../api/client";
import type { components } from "../api/schema";

export type Announcement = components["schemas"]["AnnouncementRow"];
export type Line = components["schemas"]["LineRow"];
export type Version = components["schemas"]["AnnouncementVersion"];
export type Pronunciation = components["schemas"]["PronunciationRow"];

const key = ["announcements"] as const;
const linesKey = ["lines"] as const;
const wordsKey = ["pronunciations"] as const;

/** Those of one's company; for our people the platform's. */
export function useAnnouncements() {
  return useQuery({ queryKey: key, queryFn: () => take(api.GET("/api/v1/announcements")) });
}

function useChange<T>(change: (input: T) => Promise<unknown>) {
  const client = useQueryClient();
  return useMutation({ mutationFn: change, onSuccess: () => client.invalidateQueries({ queryKey: key }) });
}

const at = (a: Announcement, version = a.version) => ({
  path: { kind: a.kind },
  query: { company_id: a.company_id, line_id: a.line_id, version },
});

/** Changes the words, or which of the two sounds. */
export function useSay(a: Announcement) {
  return useChange((body: { text: string; uses: "text" | "sound" }) =>
    take(api.PUT("/api/v1/announcements/{kind}", { params: at(a), body })),
  );
}

/** Puts a recorded phrase in the place of the words. */
export function useRecord(a: Announcement) {
  return useChange(async (file: Blob) => {
    const sound = await file.arrayBuffer();
    return take(
      api.PUT("/api/v1/announcements/{kind}/sound", {
        params: at(a),
        body: "", // the document calls bytes a string; the serializer puts them there
        bodySerializer: () => new Uint8Array(sound),
        headers: { "Content-Type": "audio/wav" },
      }),
    );
  });
}

/** Lets the platform's sound, or nothing. */
export function useGiveBack(a: Announcement) {
  return useChange((_: undefined) => take(api.DELETE("/api/v1/announcements/{kind}", { params: at(a) })));
}

/** Goes back to a version. */
export function useRestore(a: Announcement) {
  return useChange((to: number) =>
    take(api.POST("/api/v1/announcements/{kind}/restore", { params: at(a), body: { to } })),
  );
}

/** The versions kept, newest first; asked when they are looked at. */
export function useVersions(a: Announcement, on: boolean) {
  return useQuery({
    queryKey: [...key, a.kind, a.line_id, a.version],
    enabled: on,
    queryFn: () => take(api.GET("/api/v1/announcements/{kind}/versions", { params: at(a, 0) })),
  });
}

/** Where what callers hear can be played from, of the version in force or of one kept. */
export function soundOf(a: Announcement, version = a.version): string {
  return `/api/v1/announcements/${a.kind}/sound?company_id=${a.company_id}&line_id=${a.line_id}&version=${version}`;
}

/** Words as the voice says them, before they are saved. */
export async function sampleOf(a: Announcement, text: string): Promise<Blob> {
  return (await take(
    api.POST("/api/v1/announcement-samples", {
      body: { company_id: a.company_id, line_id: a.line_id, kind: a.kind, text },
      parseAs: "blob",
    }),
  )) as unknown as Blob; // the document calls bytes a string
}

/** The numbers, for what each of them does. */
export function useLines() {
  return useQuery({ queryKey: linesKey, queryFn: () => take(api.GET("/api/v1/lines")) });
}

/** Makes a number an old one that tells another; 0: a usual one again. */
export function useMoveLine(id: number) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (to: number) =>
      take(api.PUT("/api/v1/lines/{id}/moved", { params: { path: { id } }, body: { to_line_id: to } })),
    onSuccess: () => client.invalidateQueries({ queryKey: linesKey }),
  });
}

export function usePronunciations() {
  return useQuery({ queryKey: wordsKey, queryFn: () => take(api.GET("/api/v1/pronunciations")) });
}

export function useSetPronunciation() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { company_id: number; word: string; say: string }) =>
      take(api.POST("/api/v1/pronunciations", { body })),
    onSuccess: () => client.invalidateQueries({ queryKey: wordsKey }),
  });
}

export function useDropPronunciation() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: number) => take(api.DELETE("/api/v1/pronunciations/{id}", { params: { path: { id } } })),
    onSuccess: () => client.invalidateQueries({ queryKey: wordsKey }),
  });
}
