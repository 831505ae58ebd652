import { useQuery } from "@tanstack/react-query";
import { api, take } from "../api/client";
import type { RecordingPeaks } from "../api/types";

const isSilent = (peaks: RecordingPeaks | undefined) => ![...(peaks?.peer ?? []), ...(peaks?.ours ?? [])].some(Boolean);

/** Both sides of a recording as heights 0..100; fetching them is not listening. */
export function usePeaks(recordingId: number) {
  return useQuery({
    queryKey: ["peaks", recordingId],
    queryFn: () =>
      take(api.GET("/api/v1/recordings/{id}/peaks", { params: { path: { id: recordingId }, query: { n: 240 } } })),
    staleTime: Infinity,
    retry: false,
    // A recording just ended may not be whole yet: it is asked for again for a minute.
    refetchInterval: ({ state }) =>
      isSilent(state.data) && state.dataUpdateCount + state.errorUpdateCount < 12 ? 5_000 : false,
  });
}
