/** Numbers and their greetings over the typed client. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, take } from "../api/client";
import type { components } from "../api/schema";

export type Line = components["schemas"]["LineRow"];

const key = ["lines"] as const;

/** The numbers this person may change greetings of. */
export function useLines() {
  return useQuery({ queryKey: key, queryFn: () => take(api.GET("/api/v1/lines")) });
}

function useChange<T>(change: (input: T) => Promise<Line>) {
  const client = useQueryClient();
  return useMutation({ mutationFn: change, onSuccess: () => client.invalidateQueries({ queryKey: key }) });
}

/** Changes the words. */
export function useSayGreeting(id: number) {
  return useChange((text: string) =>
    take(api.PUT("/api/v1/lines/{id}/greeting", { params: { path: { id } }, body: { text } })),
  );
}

/** Makes a number an old one that tells another; 0: a usual one again. */
export function useMoveLine(id: number) {
  return useChange((to: number) =>
    take(api.PUT("/api/v1/lines/{id}/moved", { params: { path: { id } }, body: { to_line_id: to } })),
  );
}

/** Puts a recorded phrase in the place of the words: any usual WAV. */
export function useRecordGreeting(id: number) {
  return useChange(async (file: Blob) => {
    const sound = await file.arrayBuffer();
    return take(
      api.PUT("/api/v1/lines/{id}/greeting/sound", {
        params: { path: { id } },
        body: "", // the document calls bytes a string; the serializer puts them there
        bodySerializer: () => new Uint8Array(sound),
        headers: { "Content-Type": "audio/wav" },
      }),
    );
  });
}

/** Removes the phrase: the words are spoken again. */
export function useUnrecordGreeting(id: number) {
  return useChange((_: undefined) =>
    take(api.DELETE("/api/v1/lines/{id}/greeting/sound", { params: { path: { id } } })),
  );
}

/** Where what a caller hears can be played from. `mark` makes the browser ask anew after a change. */
export function soundOf(line: Line, mark: number): string {
  return `/api/v1/lines/${line.id}/greeting/sound?v=${mark}`;
}
