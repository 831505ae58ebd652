/** Changes of many requests: what the dialog asks, and what it sends. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { api, take } from "../api/client";
import type { components } from "../api/schema";
import { useStarted } from "../errands/api";
import { useMe } from "../session/session";
import { momentIn } from "../time/format";
import { useAddress } from "./address";
import type { Picks } from "./picks";
import { queryOf, type JournalSearch } from "./search";

export type What = "status" | "executor" | "responsible" | "labels";
export type To = NonNullable<components["schemas"]["TicketChange"]["to"]>;
type Body = components["schemas"]["TicketChange"];

export const TARGETS: readonly To[] = ["accepted", "in_progress", "postponed", "done", "closed", "cancelled"];

export type BulkForm = {
  to: To | null;
  reason: string;
  date: string;
  time: string;
  member: number;
  put: number[];
  off: number[];
};

export const emptyForm = (date: string): BulkForm => ({
  to: null,
  reason: "",
  date,
  time: "12:00",
  member: 0,
  put: [],
  off: [],
});

export const asksReason = (to: To | null) => to === "postponed" || to === "cancelled" || to === "in_progress";

/** What the form lacks before it can be sent. */
export function lacks(what: What, form: BulkForm): "to" | "reason" | "date" | "member" | "labels" | null {
  if (what === "labels") return form.put.length + form.off.length === 0 ? "labels" : null;
  if (what !== "status") return form.member === 0 ? "member" : null;
  if (!form.to) return "to";
  if ((form.to === "postponed" || form.to === "cancelled") && !form.reason.trim()) return "reason";
  return form.to === "postponed" && !form.date ? "date" : null;
}

export function changeOf(what: What, form: BulkForm, zone: string): Omit<Body, "expected"> {
  if (what === "labels") return { what, put: form.put, off: form.off };
  if (what !== "status") return { what, member_id: form.member };
  return {
    what,
    ...(form.to ? { to: form.to } : {}),
    ...(asksReason(form.to) && form.reason.trim() ? { reason: form.reason.trim() } : {}),
    ...(form.to === "postponed" ? { until: momentIn(zone, form.date, form.time) } : {}),
  };
}

/** How many all that match are, exactly. */
export function useExactCount(search: JournalSearch, company: number, enabled: boolean) {
  const { zone } = useMe();
  const query = { ...queryOf(search, zone), ...(company ? { company_id: company } : {}) };
  return useQuery({
    queryKey: ["tickets-exact", query],
    queryFn: ({ signal }) => take(api.GET("/api/v1/ticket-changes/count", { params: { query }, signal })),
    enabled,
    staleTime: 0,
    meta: { live: ["ticket"] as const },
  });
}

export function useChangeMany(search: JournalSearch, company: number, picks: Picks) {
  const { zone } = useMe();
  const started = useStarted();
  const { textOf } = useAddress();
  return useMutation({
    mutationFn: ({ change, expected }: { change: Omit<Body, "expected">; expected: number }) => {
      const query = { ...(picks.isAll ? queryOf(search, zone) : {}), company_id: company };
      const body: Body = { ...change, expected, query: textOf(search) };
      if (!picks.isAll) body.picks = [...picks.chosen].map(([id, p]) => ({ id, version: p.version }));
      return take(api.POST("/api/v1/ticket-changes", { params: { query }, body }));
    },
    onSuccess: started,
  });
}
