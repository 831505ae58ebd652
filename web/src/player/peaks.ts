import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
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

/** Puts or lifts a hold on the recordings of a call, or of every call of a request. */
export function useHold(of: { callId: number; ticketId: number }) {
  const client = useQueryClient();
  const onSuccess = () => client.invalidateQueries({ queryKey: ["peaks"] });
  const call = { path: { id: of.callId } };
  const ticket = { path: { id: of.ticketId } };
  const put = useMutation({
    mutationFn: ({ reason, whole }: { reason: string; whole: boolean }) =>
      take(
        whole
          ? api.PUT("/api/v1/tickets/{id}/recording-hold", { params: ticket, body: { reason } })
          : api.PUT("/api/v1/calls/{id}/hold", { params: call, body: { reason } }),
      ),
    onSuccess,
  });
  const lift = useMutation({
    mutationFn: (whole: boolean) =>
      take(
        whole
          ? api.DELETE("/api/v1/tickets/{id}/recording-hold", { params: ticket })
          : api.DELETE("/api/v1/calls/{id}/hold", { params: call }),
      ),
    onSuccess,
  });
  return { put, lift };
}
