import { Button, Checkbox, Drawer, SegmentedControl, Select, TextInput } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { useState, type FormEvent } from "react";
import { useFocusBack } from "../ui/focus";
import { Refused, Rest, useRefusal, useSaid } from "../ui/settings";
import { useWords as useCommon } from "../ui/words";
import { useArchiveSchedule, useSaveSchedule, useSchedules, type ShiftDay, type WorkSchedule } from "./api";
import { hoursText, readHours } from "./hours";
import { useWords } from "./words";

type Code = ShiftDay["code"];
type DayDraft = { code: Code; hours: string };
const CODES = ["day", "night", "full", "office", "other", "off"] as const satisfies readonly Code[];
const USUAL: Record<Code, string> = {
  day: "08:00–20:00",
  night: "20:00–08:00",
  full: "08:00–08:00",
  office: "08:00–12:00, 13:00–17:00",
  other: "",
  off: "",
};

type Preset = { is_cycle: boolean; by_calendar: boolean; codes: Code[] };
const PRESETS: Record<"five" | "two" | "dayNight" | "full" | "always", Preset> = {
  five: {
    is_cycle: false,
    by_calendar: true,
    codes: ["office", "office", "office", "office", "office", "off", "off"],
  },
  two: { is_cycle: true, by_calendar: false, codes: ["day", "day", "off", "off"] },
  dayNight: { is_cycle: true, by_calendar: false, codes: ["day", "night", "off", "off"] },
  full: { is_cycle: true, by_calendar: false, codes: ["full", "off", "off", "off"] },
  always: { is_cycle: true, by_calendar: false, codes: ["full"] },
};

/** Templates of shifts: a list, and one of them open. */
export function Templates({ onClose }: { onClose: () => void }) {
  useFocusBack();
  const w = useWords();
  const c = useCommon();
  const said = useSaid();
  const narrow = useMediaQuery("(max-width: 700px)", false, { getInitialValueInEffect: false });
  const list = useSchedules();
  const archive = useArchiveSchedule();
  const [open, setOpen] = useState<WorkSchedule | "new" | null>(null);
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size={narrow ? "100%" : 560}
      title={<b>{w.schedule.template.title}</b>}
      closeButtonProps={{ "aria-label": c.close }}
      transitionProps={{ duration: 0 }}
    >
      {open ? (
        <TemplateForm
          key={open === "new" ? 0 : open.id}
          template={open === "new" ? undefined : open}
          onDone={() => setOpen(null)}
        />
      ) : (
        <div className="lines">
          {(list.data?.items ?? []).map((t) => (
            <div className="row" key={t.id}>
              <span className="grow">
                <b>{t.name}</b>{" "}
                <span className="t3 s13">{t.days.map((d) => w.schedule.letter[d.code] || "–").join(" ")}</span>
              </span>
              <Button size="compact-xs" variant="default" onClick={() => setOpen(t)}>
                {w.card.change}
              </Button>
              <Button
                size="compact-xs"
                variant="subtle"
                onClick={() => archive.mutate(t.id, { onSuccess: () => said(w.schedule.template.archived(t.name)) })}
              >
                {w.schedule.template.archive}
              </Button>
            </div>
          ))}
          <Refused error={archive.error} />
          <div>
            <Button size="xs" className="btn-primary" onClick={() => setOpen("new")}>
              {w.schedule.template.add}
            </Button>
          </div>
        </div>
      )}
    </Drawer>
  );
}

function TemplateForm({ template, onDone }: { template: WorkSchedule | undefined; onDone: () => void }) {
  const w = useWords();
  const c = useCommon();
  const said = useSaid();
  const save = useSaveSchedule(template?.id);
  const refusal = useRefusal(save.error);
  const [name, setName] = useState(template?.name ?? "");
  const [cycle, setCycle] = useState(template?.is_cycle ?? false);
  const [calendar, setCalendar] = useState(template?.by_calendar ?? true);
  const [days, setDays] = useState<DayDraft[]>(
    () =>
      template?.days.map((d) => ({ code: d.code, hours: hoursText(d.hours ?? []) })) ??
      PRESETS.five.codes.map((code) => ({ code, hours: USUAL[code] })),
  );
  const [wrong, setWrong] = useState<number[]>([]);
  const names = w.card.weekdays.split(" ");
  const take = (p: Preset) => {
    setCycle(p.is_cycle);
    setCalendar(p.by_calendar);
    setDays(p.codes.map((code) => ({ code, hours: USUAL[code] })));
  };
  const kind = (v: string) => {
    setCycle(v === "cycle");
    if (v === "week") setDays(names.map((_, i) => days[i] ?? { code: "off", hours: "" }));
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const read = days.map((d) => (d.code === "off" ? [] : readHours(d.hours)));
    const bad = read.flatMap((h, i) => (h === undefined ? [i] : []));
    setWrong(bad);
    if (bad.length > 0) return;
    save.mutate(
      {
        name,
        is_cycle: cycle,
        by_calendar: calendar && !cycle,
        days: days.map((d, i) => ({ code: d.code, hours: read[i] ?? [] })),
        ...(template ? { version: template.version } : {}),
      },
      {
        onSuccess: (x) => {
          said(w.schedule.template.saved(x.name));
          onDone();
        },
      },
    );
  };
  const put = (i: number, part: Partial<DayDraft>) => setDays(days.map((d, n) => (n === i ? { ...d, ...part } : d)));
  return (
    <form className="col" style={{ gap: 12 }} onSubmit={submit} noValidate>
      <TextInput
        label={w.schedule.template.name}
        withAsterisk
        maxLength={80}
        value={name}
        error={refusal.at("name")}
        onChange={(e) => setName(e.currentTarget.value)}
      />
      {!template && (
        <Select
          label={w.schedule.template.preset}
          data={(Object.keys(PRESETS) as (keyof typeof PRESETS)[]).map((k) => ({
            value: k,
            label: w.schedule.template.presets[k],
          }))}
          onChange={(v) => {
            if (!v) return;
            const key = v as keyof typeof PRESETS;
            take(PRESETS[key]);
            if (!name) setName(w.schedule.template.presets[key]);
          }}
          comboboxProps={{ zIndex: 500 }}
        />
      )}
      <SegmentedControl
        size="xs"
        aria-label={w.schedule.template.kind}
        value={cycle ? "cycle" : "week"}
        onChange={kind}
        data={(["week", "cycle"] as const).map((v) => ({ value: v, label: w.schedule.template[v] }))}
      />
      {!cycle && (
        <Checkbox
          label={w.schedule.template.byCalendar}
          checked={calendar}
          onChange={(e) => setCalendar(e.currentTarget.checked)}
        />
      )}
      {days.map((d, i) => (
        <div className="row" key={i} style={{ alignItems: "flex-start" }}>
          <span style={{ width: 64, paddingTop: 6 }}>{cycle ? w.schedule.template.day(i + 1) : names[i]}</span>
          <Select
            size="xs"
            w={150}
            aria-label={cycle ? w.schedule.template.day(i + 1) : (names[i] ?? "")}
            allowDeselect={false}
            data={CODES.map((code) => ({ value: code, label: w.schedule.code[code] }))}
            value={d.code}
            onChange={(v) => v && put(i, { code: v as Code, hours: USUAL[v as Code] })}
            comboboxProps={{ zIndex: 500 }}
          />
          {d.code !== "off" && (
            <TextInput
              size="xs"
              className="grow"
              aria-label={w.schedule.template.hours}
              placeholder={w.card.hoursHint}
              value={d.hours}
              error={wrong.includes(i) ? w.card.hoursBad : refusal.at(`days[${i}]`)}
              onChange={(e) => put(i, { hours: e.currentTarget.value })}
            />
          )}
          {cycle && days.length > 1 && (
            <Button size="xs" variant="subtle" onClick={() => setDays(days.filter((_, n) => n !== i))}>
              {w.schedule.template.archive}
            </Button>
          )}
        </div>
      ))}
      {cycle && (
        <div>
          <Button size="xs" variant="default" onClick={() => setDays([...days, { code: "off", hours: "" }])}>
            {w.schedule.template.addDay}
          </Button>
        </div>
      )}
      {template && <div className="quiet">{w.schedule.template.atOnce}</div>}
      <Rest of={refusal} />
      <div className="row" style={{ justifyContent: "flex-end" }}>
        <Button variant="default" onClick={onDone}>
          {c.back}
        </Button>
        <Button type="submit" className="btn-primary" loading={save.isPending}>
          {w.schedule.template.save}
        </Button>
      </div>
    </form>
  );
}
