import { Tabs } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import type { ComponentType } from "react";
import { SettingsPage } from "../ui/settings";
import { Calls } from "./Calls";
import { Escalations } from "./Escalations";
import { Incidents } from "./Incidents";
import { TABS, type Tab } from "./search";
import "./shift.css";
import { useWords } from "./words";

const pages: Record<Tab, ComponentType> = { calls: Calls, escalations: Escalations, incidents: Incidents };

/** The supervisor's page: one tab for each thing he does. */
export function ShiftPage() {
  const w = useWords();
  const { tab = TABS[0] } = useSearch({ from: "/signed-in/shift" });
  const navigate = useNavigate();
  const Page = pages[tab];
  return (
    <div className="shift-page" data-testid="shift">
      <SettingsPage title={w.title} wide>
        <Tabs value={tab} onChange={(t) => void navigate({ to: "/shift", search: { tab: t as Tab } })}>
          <Tabs.List>
            {TABS.map((t) => (
              <Tabs.Tab key={t} value={t}>
                {w.tabs[t]}
              </Tabs.Tab>
            ))}
          </Tabs.List>
        </Tabs>
        <Page />
      </SettingsPage>
    </div>
  );
}
