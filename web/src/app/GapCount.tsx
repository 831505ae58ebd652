import { useQuery } from "@tanstack/react-query";
import { api, take } from "../api/client";
import { may, useMe } from "../session/session";
import { useWords } from "./words";

const MOST = 99;

/** How many gaps the coverage of the person's own company has, for who may mend them (F36); nothing when none. */
export function GapCount() {
  const w = useWords();
  const me = useMe();
  const company = me.company?.id ?? 0;
  const count = useQuery({
    queryKey: ["coverage-count", company],
    queryFn: () => take(api.GET("/api/v1/assignment/coverage/count", { params: { query: { company_id: company } } })),
    enabled: company > 0 && may(me, "company.write"),
    meta: { live: ["coverage"] as const },
  });
  const n = count.data?.gaps ?? 0;
  if (n === 0) return null;
  return (
    <span className="gap-count num" aria-label={w.gaps(n)} title={w.gaps(n)}>
      {n > MOST ? `${MOST}+` : n}
    </span>
  );
}
