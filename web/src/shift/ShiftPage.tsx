import { Button, Tabs } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import type { ComponentType } from "react";
import { useMe } from "../session/session";
import { Note } from "../ui/blocks";
import { SettingsPage } from "../ui/settings";
import { useEnding } from "./api";
import { Calls } from "./Calls";
import { Escalations } from "./Escalations";
import { Handover } from "./Handover";
import { Incidents } from "./Incidents";
import { Operators } from "./Operators";
import { TABS, type Tab } from "./search";
import "./shift.css";
import { RaiseButton } from "./Surge";
import { Tasks } from "./Tasks";
import { useWords } from "./words";

const pages: Record<Tab, ComponentType> = {
  calls: Calls,
  operators: Operators,
  tasks: Tasks,
  escalations: Escalations,
  incidents: Incidents,
  handover: Handover,
};

/** The supervisor's page: one tab for each thing he does. */
export function ShiftPage() {
  const w = useWords();
  const { tab = TABS[0] } = useSearch({ from: "/signed-in/shift" });
  const navigate = useNavigate();
  const Page = pages[tab];
  return (
    <div className="shift-page" data-testid="shift">
      <SettingsPage title={w.title} action={<RaiseButton />} wide>
        <Tabs value={tab} onChange={(t) => void navigate({ to: "/shift", search: { tab: t as Tab } })}>
          <Tabs.List>
            {TABS.map((t) => (
              <Tabs.Tab key={t} value={t}>
                {w.tabs[t]}
              </Tabs.Tab>
            ))}
          </Tabs.List>
        </Tabs>
        {tab !== "handover" && <Offered />}
        <Page />
      </SettingsPage>
    </div>
  );
}

/** A shift that waits for me to take it is said on every tab. */
function Offered() {
  const w = useWords();
  const me = useMe();
  const navigate = useNavigate();
  const given = useEnding().data?.given.find((g) => g.given_by_id !== me.user.id);
  if (!given) return null;
  return (
    <Note tone="acc">
      <div className="row wrap" data-testid="shift-offered">
        <span className="grow">{w.givenBy(given.given_by)}</span>
        <Button
          size="xs"
          variant="default"
          onClick={() => void navigate({ to: "/shift", search: { tab: "handover" } })}
        >
          {w.toHandover}
        </Button>
      </div>
    </Note>
  );
}
