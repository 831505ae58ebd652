import { Button, Drawer, Modal, Select, Skeleton, Switch, TextInput } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { useState } from "react";
import { useMe } from "../session/session";
import { serverNow } from "../time/clock";
import { dayIn } from "../time/format";
import { Failed, Note } from "../ui/blocks";
import { Refused, Rest, useRefusal, useSaid } from "../ui/settings";
import { useWords as useCommon } from "../ui/words";
import {
  useAssign,
  useDismiss,
  useMember,
  useRestore,
  useSchedules,
  useStaff,
  useSwitchDuty,
  type StaffCard,
} from "./api";
import { dayText } from "./hours";
import { Leaves } from "./Leaves";
import { MemberForm } from "./MemberForm";
import { useNowText } from "./state";
import { useWords } from "./words";

type Props = { id: number | "new" | undefined; onClose: () => void; onMade?: (id: number) => void };

/** A person's card at the right; on a phone it is the whole screen. */
export function MemberDrawer({ id, onClose, onMade }: Props) {
  const w = useWords();
  const c = useCommon();
  const narrow = useMediaQuery("(max-width: 700px)", false, { getInitialValueInEffect: false });
  const member = useMember(typeof id === "number" ? id : undefined);
  return (
    <Drawer
      opened={id !== undefined}
      onClose={onClose}
      position="right"
      size={narrow ? "100%" : 620}
      title={<b>{id === "new" ? w.card.new : (member.data?.name ?? "")}</b>}
      closeButtonProps={{ "aria-label": c.close }}
      transitionProps={{ duration: 0 }}
    >
      {id === "new" ? (
        <MemberForm onSaved={(card) => (onMade ? onMade(card.member_id) : onClose())} />
      ) : member.isError ? (
        <Failed error={member.error} title={w.card.failed} retry={() => void member.refetch()} />
      ) : member.data ? (
        <Card key={member.data.member_id} card={member.data} />
      ) : (
        <Skeleton h={200} animate={false} />
      )}
    </Drawer>
  );
}

function Card({ card }: { card: StaffCard }) {
  const w = useWords();
  const said = useSaid();
  const now = useNowText();
  const duty = useSwitchDuty();
  const restore = useRestore(card.member_id);
  const canEdit = card.can.includes("edit");
  const [leaving, setLeaving] = useState(false);
  return (
    <div>
      <div className="row" style={{ paddingBottom: 12 }}>
        <span className={card.on_duty ? "state-dot on" : "state-dot"} aria-hidden />
        <span className="grow">{now(card)}</span>
        {canEdit && (
          <Switch
            label={w.card.duty}
            checked={card.switched_on}
            onChange={(e) => duty.mutate({ id: card.member_id, on: e.currentTarget.checked })}
          />
        )}
      </div>
      {!card.switched_on && !card.is_archived && <Note tone="plan">{w.card.dutyOff}</Note>}
      <Refused error={duty.error ?? restore.error} />
      {card.is_archived && (
        <div className="lines">
          <Note>{w.card.isDismissed}</Note>
          {card.can.includes("restore") && (
            <div>
              <Button
                variant="default"
                size="xs"
                loading={restore.isPending}
                onClick={() => restore.mutate(undefined, { onSuccess: () => said(w.card.restored(card.name)) })}
              >
                {w.card.restore}
              </Button>
            </div>
          )}
        </div>
      )}
      <MemberForm key={card.version} card={card} canEdit={canEdit} onSaved={(x) => said(w.card.saved(x.name))} />
      <Plans card={card} canEdit={canEdit} />
      <Leaves card={card} canEdit={canEdit} />
      {card.can.includes("dismiss") && (
        <section className="member-part">
          <div>
            <Button variant="default" size="xs" onClick={() => setLeaving(true)}>
              {w.card.dismiss}
            </Button>
          </div>
        </section>
      )}
      {leaving && <Dismiss card={card} onClose={() => setLeaving(false)} />}
    </div>
  );
}

/** Which schedule he works by from which day, and another one from a day on. */
function Plans({ card, canEdit }: { card: StaffCard; canEdit: boolean }) {
  const w = useWords();
  const me = useMe();
  const said = useSaid();
  const today = dayIn(serverNow(), me.zone);
  const schedules = useSchedules();
  const assign = useAssign(card.member_id);
  const refusal = useRefusal(assign.error);
  const current = card.plans.find((p) => p.now);
  const [schedule, setSchedule] = useState<string | null>(current?.schedule_id ? String(current.schedule_id) : null);
  const [from, setFrom] = useState(today);
  const [first, setFirst] = useState(today);
  const chosen = schedules.data?.items.find((s) => String(s.id) === schedule);
  const give = () =>
    assign.mutate(
      {
        schedule_id: schedule === null ? null : Number(schedule),
        starts_on: from,
        ...(chosen?.is_cycle ? { first_on: first } : {}),
      },
      { onSuccess: () => said(w.card.assigned(chosen?.name ?? w.noSchedule)) },
    );
  return (
    <section className="member-part">
      <h2>{w.card.schedule}</h2>
      {card.plans.length === 0 && <div className="quiet">{w.card.scheduleNone}</div>}
      {card.plans.map((p) => (
        <div key={p.starts_on}>
          <b>{p.name || w.noSchedule}</b> <span className="t3">{w.card.since(dayText(p.starts_on, today))}</span>{" "}
          {p.now && <span className="chip acc">{w.card.now}</span>}
        </div>
      ))}
      {canEdit && (
        <div className="row" style={{ flexWrap: "wrap", alignItems: "flex-end" }}>
          <Select
            size="xs"
            w={200}
            label={w.card.schedule}
            placeholder={w.noSchedule}
            clearable
            data={(schedules.data?.items ?? []).map((s) => ({ value: String(s.id), label: s.name }))}
            value={schedule}
            error={refusal.at("schedule_id")}
            onChange={setSchedule}
            comboboxProps={{ zIndex: 500 }}
          />
          <TextInput
            size="xs"
            type="date"
            label={w.card.from}
            value={from}
            error={refusal.at("starts_on")}
            onChange={(e) => setFrom(e.currentTarget.value)}
          />
          {chosen?.is_cycle && (
            <TextInput
              size="xs"
              type="date"
              label={w.card.first}
              value={first}
              error={refusal.at("first_on")}
              onChange={(e) => setFirst(e.currentTarget.value)}
            />
          )}
          <Button size="xs" variant="default" loading={assign.isPending} onClick={give}>
            {w.card.assign}
          </Button>
        </div>
      )}
      <Rest of={refusal} />
    </section>
  );
}

/** Dismissal: how much is in his hands, and who gets it. */
function Dismiss({ card, onClose }: { card: StaffCard; onClose: () => void }) {
  const w = useWords();
  const c = useCommon();
  const said = useSaid();
  const people = useStaff({});
  const dismiss = useDismiss(card.member_id);
  const refusal = useRefusal(dismiss.error);
  const [to, setTo] = useState<string | null>(null);
  return (
    <Modal opened onClose={onClose} title={<b>{w.card.dismissTitle(card.name)}</b>} zIndex={400}>
      <div className="col" style={{ gap: 12 }}>
        <div>{w.card.dismissText(card.open_tickets)}</div>
        {card.open_tickets > 0 && (
          <Select
            label={w.card.handTo}
            placeholder={w.card.byRules}
            searchable
            clearable
            data={(people.data?.items ?? [])
              .filter((p) => p.member_id !== card.member_id)
              .map((p) => ({ value: String(p.member_id), label: p.name }))}
            value={to}
            error={refusal.at("hand_to")}
            onChange={setTo}
            comboboxProps={{ zIndex: 500 }}
          />
        )}
        <Rest of={refusal} />
        <div className="row" style={{ justifyContent: "flex-end" }}>
          <Button variant="default" onClick={onClose}>
            {c.cancel}
          </Button>
          <Button
            className="btn-primary"
            loading={dismiss.isPending}
            onClick={() =>
              dismiss.mutate(to === null ? null : Number(to), {
                onSuccess: () => {
                  said(w.card.dismissed(card.name));
                  onClose();
                },
              })
            }
          >
            {w.card.dismiss}
          </Button>
        </div>
      </div>
    </Modal>
  );
}
