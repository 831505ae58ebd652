import { Button } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, take } from "../api/client";
import type { Topic } from "../live/live";
import { may, useMe } from "../session/session";
import { useNow } from "../time/clock";
import { momentOf } from "../time/format";
import { Note } from "../ui/blocks";
import { Refused, useSaid } from "../ui/settings";
import { useWords } from "./words";

const live: { live: Topic[] } = { live: ["escalation", "ticket"] };

/** Two have taken the same emergency: both stand here, and an operator says who goes. */
export function Takers({ ticketId, zone }: { ticketId: number; zone: string }) {
  const w = useWords().takers;
  const me = useMe();
  const now = useNow();
  const said = useSaid();
  const client = useQueryClient();
  const params = { path: { id: ticketId } };
  const queryKey = ["ticket", ticketId, "takers"];
  const takers = useQuery({
    queryKey,
    queryFn: () => take(api.GET("/api/v1/tickets/{id}/takers", { params })),
    enabled: ticketId > 0,
    meta: live,
  });
  const decide = useMutation({
    mutationFn: (member_id: number) => take(api.POST("/api/v1/tickets/{id}/takers", { params, body: { member_id } })),
    onSettled: () => void client.invalidateQueries({ queryKey: ["ticket", ticketId] }),
  });
  const items = takers.data?.items ?? [];
  if (items.length === 0) return null;
  return (
    <Note tone="emg">
      <div className="col" data-testid="takers">
        <div className="b">{w.title}</div>
        {items.map((k) => (
          <div key={k.member_id} className="row wrap">
            <span className="grow">
              {k.name} <span className="t2">{w.took(momentOf(k.at, zone, now), k.has ? w.has : "")}</span>
            </span>
            {may(me, "desk.work") && (
              <Button
                size="xs"
                variant="default"
                loading={decide.isPending && decide.variables === k.member_id}
                onClick={() => decide.mutate(k.member_id, { onSuccess: () => said(w.decided(k.name)) })}
              >
                {w.goes}
              </Button>
            )}
          </div>
        ))}
        <div className="s13">{w.about}</div>
        <Refused error={decide.error} />
      </div>
    </Note>
  );
}
