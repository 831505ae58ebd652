/** People, schedules and leave over the typed client. */
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, take } from "../api/client";
import type { components } from "../api/schema";
import { useMe } from "../session/session";
import { tellAfter } from "../ui/after";

type S = components["schemas"];
export type StaffRow = S["StaffRow"];
export type StaffCard = S["StaffCard"];
export type StaffForm = Omit<S["NewStaff"], "company_id">;
export type StaffHours = S["StaffHours"];
export type StaffLeave = S["StaffLeave"];
export type LeaveForm = S["LeaveForm"];
export type AssignForm = S["AssignForm"];
export type WorkSchedule = S["WorkSchedule"];
export type WorkScheduleForm = S["WorkScheduleForm"];
export type ShiftDay = S["ShiftDay"];
export type ShiftHours = S["ShiftHours"];
export type ScheduleMonth = S["ScheduleMonth"];
export type ScheduleRow = S["ScheduleRow"];
export type ScheduleCell = S["ScheduleCell"];
export type ScheduleMark = S["ScheduleMark"];
export type ScheduleTotal = S["ScheduleTotal"];
export type DutyWatch = S["DutyWatch"];
export type Code = ScheduleCell["code"];
export type Channel = S["StaffChannel"]["channel"];

export type StaffSearch = {
  q?: string;
  work?: number;
  state?: "on_duty" | "on_leave" | "archived";
  member?: number | "new";
};

const TOPIC = ["staff"] as const;

/** The company whose people are shown: the one chosen, or the first our staff serves. */
export function useCompanyId(): number {
  const me = useMe();
  return me.company?.id ?? me.companies[0]?.id ?? 0;
}

export function useStaff(search: StaffSearch) {
  const company = useCompanyId();
  const query = {
    company_id: company,
    ...(search.q ? { q: search.q } : {}),
    ...(search.work ? { work_type_id: search.work } : {}),
    ...(search.state ? { [search.state]: true } : {}),
  };
  return useQuery({
    queryKey: ["staff", query],
    queryFn: ({ signal }) => take(api.GET("/api/v1/staff", { params: { query }, signal })),
    placeholderData: keepPreviousData,
    refetchInterval: 60_000, // shifts end by the clock
    meta: { live: TOPIC },
  });
}

export const memberKey = (id: number) => ["staff-member", id] as const;

export function useMember(id: number | undefined) {
  return useQuery({
    queryKey: memberKey(id ?? 0),
    queryFn: () => take(api.GET("/api/v1/staff/{id}", { params: { path: { id: id ?? 0 } } })),
    enabled: id !== undefined,
    meta: { live: TOPIC },
  });
}

export function useWorkTypes() {
  return useQuery({
    queryKey: ["work-types"],
    queryFn: () => take(api.GET("/api/v1/work-types")),
    staleTime: 600_000,
  });
}

export function useHouses() {
  const company = useCompanyId();
  return useQuery({
    queryKey: ["houses", company],
    queryFn: () => take(api.GET("/api/v1/buildings", { params: { query: { company_id: company } } })),
    staleTime: 60_000,
  });
}

export function useGroups() {
  const query = { company_id: useCompanyId() };
  return useQuery({
    queryKey: ["house-groups", query],
    queryFn: () => take(api.GET("/api/v1/building-groups", { params: { query } })),
  });
}

export function useSchedules() {
  const company = useCompanyId();
  return useQuery({
    queryKey: ["work-schedules", company],
    queryFn: () => take(api.GET("/api/v1/work-schedules", { params: { query: { company_id: company } } })),
    meta: { live: TOPIC },
  });
}

/** A change of a person: the answer is his card, and lists are fetched again. */
function useCardChange<V>(change: (v: V) => Promise<StaffCard>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: (card) => {
      tellAfter(card, card.company_id);
      client.setQueryData(memberKey(card.member_id), card);
      for (const key of ["staff", "schedule", "on-duty"]) void client.invalidateQueries({ queryKey: [key] });
    },
  });
}

export function useSaveMember(id: number | undefined) {
  const company = useCompanyId();
  return useCardChange((v: { version: number; form: StaffForm }) =>
    id === undefined
      ? take(api.POST("/api/v1/staff", { body: { company_id: company, ...v.form } }))
      : take(api.PUT("/api/v1/staff/{id}", { params: { path: { id } }, body: { version: v.version, ...v.form } })),
  );
}

export function useSwitchDuty() {
  return useCardChange((v: { id: number; on: boolean }) =>
    take(api.POST("/api/v1/staff/{id}/duty", { params: { path: { id: v.id } }, body: { on_duty: v.on } })),
  );
}

export function useDismiss(id: number) {
  return useCardChange((handTo: number | null) =>
    take(api.POST("/api/v1/staff/{id}/dismiss", { params: { path: { id } }, body: { hand_to: handTo } })),
  );
}

export function useRestore(id: number) {
  return useCardChange(() => take(api.POST("/api/v1/staff/{id}/restore", { params: { path: { id } } })));
}

/** A leave: of a person when it is new, by its own number when it is changed. */
export function useSaveLeave(member: number, leave?: number) {
  return useCardChange((body: LeaveForm) =>
    leave === undefined
      ? take(api.POST("/api/v1/staff/{id}/leaves", { params: { path: { id: member } }, body }))
      : take(api.PUT("/api/v1/leaves/{id}", { params: { path: { id: leave } }, body })),
  );
}

export function useCancelLeave() {
  return useCardChange((id: number) => take(api.DELETE("/api/v1/leaves/{id}", { params: { path: { id } } })));
}

export function useAssign(id: number) {
  return useCardChange((body: AssignForm) =>
    take(api.POST("/api/v1/staff/{id}/schedule", { params: { path: { id } }, body })),
  );
}

export function useSaveSchedule(id: number | undefined) {
  const client = useQueryClient();
  const company = useCompanyId();
  return useMutation({
    mutationFn: (body: WorkScheduleForm) =>
      id === undefined
        ? take(api.POST("/api/v1/work-schedules", { body: { ...body, company_id: company } }))
        : take(api.PUT("/api/v1/work-schedules/{id}", { params: { path: { id } }, body })),
    onSuccess: (template) => {
      tellAfter(template, company);
      for (const key of ["work-schedules", "schedule", "staff", "on-duty"])
        void client.invalidateQueries({ queryKey: [key] });
    },
  });
}

export function useArchiveSchedule() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: number) => take(api.POST("/api/v1/work-schedules/{id}/archive", { params: { path: { id } } })),
    onSuccess: () => void client.invalidateQueries({ queryKey: ["work-schedules"] }),
  });
}

export function useMonth(month: string) {
  const company = useCompanyId();
  return useQuery({
    queryKey: ["schedule", company, month],
    queryFn: ({ signal }) =>
      take(api.GET("/api/v1/schedule", { params: { query: { company_id: company, month } }, signal })),
    placeholderData: keepPreviousData,
    meta: { live: TOPIC },
  });
}

/** Writes cells; the answer is the month as it is now. */
export function useMark(month: string) {
  const client = useQueryClient();
  const company = useCompanyId();
  return useMutation({
    mutationFn: (cells: ScheduleMark[]) =>
      take(api.PUT("/api/v1/schedule", { body: { company_id: company, month, cells } })),
    onSuccess: (grid) => {
      tellAfter(grid, company);
      client.setQueryData(["schedule", company, month], grid);
      for (const key of ["staff", "on-duty", "staff-member"]) void client.invalidateQueries({ queryKey: [key] });
    },
  });
}

export type DayKind = S["CalendarDay"]["kind"];

/** Writes a day of the company's own over the production calendar; "" is as the country has it. */
export function useSetDay() {
  const client = useQueryClient();
  const company = useCompanyId();
  return useMutation({
    mutationFn: (v: { day: string; kind: DayKind }) =>
      take(api.PUT("/api/v1/calendar/day", { body: { company_id: company, ...v } })),
    onSuccess: () => {
      for (const key of ["schedule", "staff", "on-duty", "staff-member"])
        void client.invalidateQueries({ queryKey: [key] });
    },
  });
}

export function useOnDuty(at: string | undefined, work: number, house: number) {
  const company = useCompanyId();
  const query = {
    company_id: company,
    ...(at ? { at } : {}),
    ...(work ? { work_type_id: work } : {}),
    ...(house ? { building_id: house } : {}),
  };
  return useQuery({
    queryKey: ["on-duty", query],
    queryFn: ({ signal }) => take(api.GET("/api/v1/staff/on-duty", { params: { query }, signal })),
    placeholderData: keepPreviousData,
    refetchInterval: at ? false : 60_000,
    meta: { live: TOPIC },
  });
}
