/** The emergency list over the typed client; what is seen is kept for the hour when the server is away. */
import { useQuery } from "@tanstack/react-query";
import { api, ApiError, take } from "../api/client";
import type { components } from "../api/schema";
import type { EmergencyList } from "../api/types";
import { keepList, recallList } from "../offline/list";
import { useMe } from "../session/session";

type S = components["schemas"];
export type Company = S["EmergencyCompany"];
export type Request = S["EmergencyRequest"];
export type Duty = S["EmergencyDuty"];
export type Person = S["EmergencyPerson"];
export type Step = S["EmergencyStep"];
export type Supplier = S["EmergencySupplier"];
export type Operator = S["EmergencyOperator"];
export type Caller = S["EmergencyCaller"];

/** A list kept by the version before has none. */
const noOperators = { operators: [] };
const AGAIN_EVERY = 60_000;

/** The list of now; `list` is the kept one while the server is not reached. */
export function useEmergencyList() {
  const me = useMe();
  const now = useQuery({
    queryKey: ["emergency-list"],
    queryFn: async (): Promise<EmergencyList> => {
      const list = await take(api.GET("/api/v1/emergency-list"));
      await keepList(me, list);
      return list;
    },
    networkMode: "always",
    refetchInterval: AGAIN_EVERY,
  });
  const isAway = now.error instanceof ApiError && (now.error.isOffline || now.error.status >= 500);
  const kept = useQuery({
    queryKey: ["emergency-kept", me.user.id],
    queryFn: () => recallList(me.user.id),
    enabled: isAway && now.data === undefined,
    networkMode: "always",
  });
  return {
    ...now,
    list: now.data ?? (kept.data ? { ...noOperators, ...kept.data } : null),
    isAway,
    isLooking: now.isPending || (isAway && kept.isLoading),
  };
}
