import { Button, Drawer, SegmentedControl, Skeleton } from "@mantine/core";
import { useState } from "react";
import { may, useMe } from "../session/session";
import { Empty, Failed } from "../ui/blocks";
import { Late } from "../ui/Late";
import { SettingsPage } from "../ui/settings";
import { useNotices, type Notice, type Which } from "./api";
import { Facts, NoticeDetails } from "./NoticeDetails";
import { RaiseNotice } from "./RaiseNotice";
import { StateChip } from "./Told";
import { useWords } from "./words";

/** Notices of a company, or of all that our staff serves. */
export function NoticesPage() {
  const w = useWords();
  const me = useMe();
  const [which, setWhich] = useState<Which>("now");
  const [open, setOpen] = useState<Notice | "new" | null>(null);
  const notices = useNotices(me.company ? me.company.id : 0, which);
  const items = notices.data?.items ?? [];
  const names = new Map(me.companies.map((c) => [c.id, c.name]));
  const raise = may(me, "notice.write") && (
    <Button className="btn-primary" data-testid="notice-raise" onClick={() => setOpen("new")}>
      {w.raise}
    </Button>
  );
  return (
    <div className="notices-page">
      <SettingsPage title={w.title} about={w.about} action={raise}>
        <SegmentedControl
          value={which}
          onChange={(v) => setWhich(v as Which)} // its data are these two
          data={[
            { value: "now", label: w.now },
            { value: "past", label: w.past },
          ]}
        />
        {notices.isError && !notices.data ? (
          <Failed error={notices.error} title={w.failed} retry={() => void notices.refetch()} />
        ) : notices.isPending ? (
          <Late>
            <Skeleton h={120} animate={false} />
          </Late>
        ) : items.length === 0 ? (
          <Empty title={which === "now" ? w.empty : w.emptyPast}>{which === "now" && w.emptyText}</Empty>
        ) : (
          <ul className="panel notice-rows">
            {items.map((n) => (
              <li key={n.id}>
                <button type="button" onClick={() => setOpen(n)} data-testid={`notice-${n.id}`}>
                  <StateChip n={n} />
                  <span className="grow">
                    <span className="b">{n.text}</span>
                    <span className="s12 t2 block">
                      {w.number(n.number)} · {w.service[n.service]}
                      {!me.company && names.get(n.company_id) && ` · ${names.get(n.company_id)}`}
                    </span>
                    <Facts n={n} />
                  </span>
                </button>
              </li>
            ))}
          </ul>
        )}
      </SettingsPage>
      <RaiseNotice from={open === "new" ? {} : null} onClose={() => setOpen(null)} />
      <Drawer
        opened={open !== null && open !== "new"}
        onClose={() => setOpen(null)}
        position="right"
        size={560}
        title={open && open !== "new" ? w.number(open.number) : ""}
      >
        {open && open !== "new" && <NoticeDetails id={open.id} />}
      </Drawer>
    </div>
  );
}
