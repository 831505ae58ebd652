import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api, take } from "../api/client";
import type { components } from "../api/schema";
import { Note } from "./blocks";
import { Refused } from "./settings";
import { useWords } from "./words";

type S = components["schemas"];
export type After = Pick<S["StaffCard"], "warnings" | "running">;

/** What goes on by the settings of before, and the way to put the new ones under it: an explicit act (F38). */
export function Running({ n, company }: { n: number; company: number }) {
  const w = useWords().after;
  const apply = useMutation({
    mutationFn: () => take(api.POST("/api/v1/assignment/apply", { body: { company_id: company } })),
  });
  const [sure, setSure] = useState(false);
  if (apply.isSuccess) return <Note>{w.applied(apply.data.changed)}</Note>;
  return (
    <>
      <Note tone="plan">{sure ? w.applySure : w.running(n)}</Note>
      {apply.isError && <Refused error={apply.error} />}
      <Button variant="default" loading={apply.isPending} onClick={() => (sure ? apply.mutate() : setSure(true))}>
        {sure ? w.applyYes : w.apply}
      </Button>
    </>
  );
}

/** Says what a change of settings does, when it does something: gaps it opens (F36), what still runs by the old ones. */
export function tellAfter(after: After, company: number): void {
  notifications.hide("after"); // of the change before
  if (after.warnings.length === 0 && after.running === 0) return;
  notifications.show({
    id: "after",
    autoClose: false,
    color: "yellow",
    title: <Title />,
    message: <Told after={after} company={company} />,
    closeButtonProps: { "aria-label": "×" },
    style: { maxWidth: "calc(100vw - 32px)" },
  });
}

function Title() {
  return <>{useWords().after.title}</>;
}

function Told({ after, company }: { after: After; company: number }) {
  const w = useWords().after;
  return (
    <div className="col" style={{ gap: 8 }} role="alert">
      {after.warnings.length > 0 && <span>{w.opens}</span>}
      {after.warnings.map((x) => (
        <Note key={x} tone="plan">
          {x}
        </Note>
      ))}
      {after.running > 0 && <Running n={after.running} company={company} />}
    </div>
  );
}
