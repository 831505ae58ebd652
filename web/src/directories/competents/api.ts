/** The directory of competent people over the typed client. */
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, take } from "../../api/client";
import type { components } from "../../api/schema";
import { useMe } from "../../session/session";
import { clock, readHours } from "../../time/hours";

type S = components["schemas"];
export type Row = S["CompetentRow"];
export type Body = Omit<S["NewCompetent"], "company_id">;

/** Hours as they are typed, until they are saved. */
export type HoursDraft = { hours: string; days: string[] };
export type Draft = Omit<Body, "hours"> & { hours: HoursDraft[] };

export function useCompanyId(): number {
  const me = useMe();
  return me.company?.id ?? me.companies[0]?.id ?? 0;
}

export function useCompetents(archived: boolean) {
  const company = useCompanyId();
  return useQuery({
    queryKey: ["competents", company, archived],
    queryFn: () =>
      take(
        api.GET("/api/v1/competents", {
          params: { query: { company_id: company, ...(archived ? { archived: true } : {}) } },
        }),
      ),
    enabled: company > 0,
    placeholderData: keepPreviousData,
  });
}

export function useMembers() {
  const company = useCompanyId();
  return useQuery({
    queryKey: ["staff", "pick", company],
    queryFn: () => take(api.GET("/api/v1/staff", { params: { query: { company_id: company } } })),
    staleTime: 60_000,
  });
}

export function useReasonChoices() {
  const company = useCompanyId();
  return useQuery({
    queryKey: ["reasons", "catalogue", company],
    queryFn: () => take(api.GET("/api/v1/reasons/catalogue", { params: { query: { company_id: company } } })),
    staleTime: 60_000,
  });
}

export function useSave() {
  const company = useCompanyId();
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ row, body }: { row?: Row | undefined; body: Body }) =>
      row
        ? take(
            api.PUT("/api/v1/competents/{id}", {
              params: { path: { id: row.id } },
              body: { ...body, version: row.version },
            }),
          )
        : take(api.POST("/api/v1/competents", { body: { ...body, company_id: company } })),
    onSuccess: () => void client.invalidateQueries({ queryKey: ["competents"] }),
  });
}

export function useAtOnce() {
  const company = useCompanyId();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (at_once: boolean) =>
      take(api.PUT("/api/v1/transfer-settings", { body: { company_id: company, at_once } })),
    onSuccess: () => void client.invalidateQueries({ queryKey: ["competents"] }),
  });
}

/** A row as what is sent back unchanged. */
export function bodyOf(r: Row): Body {
  return {
    member_id: r.member_id,
    name: r.name,
    position: r.position,
    subject: r.subject,
    reason_ids: r.reason_ids,
    phones: r.phones,
    hours: r.hours,
    by_calendar: r.by_calendar,
    is_archived: r.is_archived ?? false,
  };
}

export const noHours: HoursDraft = { hours: "", days: [] };

export function draftOf(r: Row | undefined): Draft {
  if (!r) {
    return {
      member_id: null,
      name: "",
      position: "",
      subject: "",
      reason_ids: [],
      phones: [""],
      hours: [{ hours: "09:00–18:00", days: ["0", "1", "2", "3", "4"] }],
      by_calendar: true,
    };
  }
  return {
    ...bodyOf(r),
    hours: r.hours.map((h) => ({
      hours: `${clock(h.from)}–${h.to === 1440 ? "24:00" : clock(h.to)}`,
      days: h.days.map(String),
    })),
  };
}

/** What is sent; `wrong` are the rows of hours that cannot be read. */
export function read(draft: Draft): { body: Body; wrong: number[] } {
  const wrong: number[] = [];
  const hours = draft.hours.flatMap((h, i) => {
    const got = readHours(h.hours);
    if (!got) wrong.push(i);
    const days = h.days.map(Number).sort((a, b) => a - b);
    // Days without hours are whole days, not any day.
    if (got?.length === 0 && days.length > 0) return [{ from: 0, to: 1440, days }];
    return (got ?? []).map((x) => ({ ...x, days }));
  });
  return { body: { ...draft, hours }, wrong };
}
