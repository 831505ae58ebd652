import { useQuery } from "@tanstack/react-query";
import { useLang } from "../i18n/i18n";
import { useLink } from "../live/useLive";
import { usePhoneView } from "../softphone/useSoftphone";
import { useNow } from "../time/clock";
import { clockOf, remainsOf } from "../time/format";
import { StripSlot } from "../ui/StripSlot";
import { figuresQuery } from "./queries";
import { stateWord } from "./state";
import { ListSlot, LostList, OperatorList, QueueList, TrunkList, UntakenList } from "./StripLists";
import { useWords } from "./words";

const ms = (iso: string) => Date.parse(iso);

/** The figures of the floor, each in a slot of its own; old figures dim while the link is lost. */
export function DeskStrip() {
  const w = useWords();
  const lang = useLang();
  const now = useNow();
  const link = useLink();
  const { data: f } = useQuery(figuresQuery);
  const dim = link.state === "lost" ? { opacity: 0.6 } : {};
  const waited = f?.longest_since ? now - ms(f.longest_since) : 0;
  const waitTone =
    waited >= 240_000 ? "slot over" : waited >= 120_000 ? "slot bad" : waited >= 60_000 ? "slot warn" : "slot";
  const lost = f?.lost ?? [];
  const promise = lost[0]?.promise_at;
  const owed = f?.not_handed_over ?? [];
  const step = owed[0]?.next_step_at;
  const up = f?.trunks.filter((t) => t.state === "up").length ?? 0;
  return (
    <StripSlot>
      {/* Figures tick in silence; only what crosses a threshold is said. */}
      <div className="sr" role="status">
        {[
          waited >= 60_000 && w.strip.saidWait(Math.floor(waited / 60_000)),
          lost.length > 0 && `${w.strip.lost} ${lost.length}`,
          owed.length > 0 && `${w.strip.notHanded}: ${owed.length}`,
        ]
          .filter(Boolean)
          .join(". ")}
      </div>
      <MyState />
      <ListSlot
        name="waiting"
        title={w.strip.queue}
        className="slot s-wait"
        style={dim}
        list={<QueueList items={f?.queue ?? []} all={f?.waiting ?? 0} />}
      >
        <span className="k">{w.strip.waiting}</span>
        <span className="v">{f?.waiting ?? "—"}</span>
      </ListSlot>
      <ListSlot
        name="longest"
        title={w.strip.queue}
        className={`${waitTone} s-long`}
        style={dim}
        list={<QueueList items={f?.queue ?? []} all={f?.waiting ?? 0} />}
      >
        <span className="k">{w.strip.longest}</span>
        <span className="v">{f?.longest_since ? clockOf(waited) : "—"}</span>
      </ListSlot>
      <div className="slot s-pct" style={dim}>
        <span className="k">{w.strip.answered}</span>
        <span className="v">
          {f?.answered_in_5_pct === null || f === undefined ? "—" : w.strip.percent(f.answered_in_5_pct)}{" "}
          <span className="slot-sub">{w.strip.today}</span>
        </span>
      </div>
      <ListSlot
        name="lost"
        title={w.strip.lost}
        className={`slot s-lost${lost.length ? " bad" : ""}`}
        style={dim}
        list={<LostList items={lost} />}
      >
        <span className="k">{w.strip.lost}</span>
        <span className="v">
          {lost.length === 0
            ? "0"
            : promise && ms(promise) > now
              ? w.strip.lostValue(lost.length, remainsOf(ms(promise) - now, lang))
              : w.strip.lostLate(lost.length)}
        </span>
      </ListSlot>
      <ListSlot
        name="not-handed"
        title={w.strip.notHanded}
        className={`slot s-emg${owed.length ? " bad" : ""}`}
        style={dim}
        list={<UntakenList items={owed} />}
      >
        <span className="k">{w.strip.notHanded}</span>
        <span className="v">
          {owed.length === 0
            ? "0"
            : step && ms(step) > now
              ? w.strip.notHandedValue(owed.length, remainsOf(ms(step) - now, lang))
              : w.strip.notHandedNow(owed.length)}
        </span>
      </ListSlot>
      <ListSlot
        name="operators"
        title={w.strip.operators}
        className="slot s-ops"
        style={dim}
        list={<OperatorList items={f?.seats ?? []} />}
      >
        <span className="k">{w.strip.operators}</span>
        <span className="v">
          {f?.operators.total ?? "—"} <span className="slot-sub">{f ? w.strip.ready(f.operators.ready) : ""}</span>
        </span>
      </ListSlot>
      {f && f.trunks.length > 0 && (
        <ListSlot
          name="trunks"
          title={w.strip.trunks}
          className={`slot s-trunk${up === 0 ? " bad" : up < f.trunks.length ? " warn" : ""}`}
          style={dim}
          list={<TrunkList items={f.trunks} />}
        >
          <span className="k">{w.strip.trunks}</span>
          <span className="v">{w.strip.trunksUp(up, f.trunks.length)}</span>
        </ListSlot>
      )}
    </StripSlot>
  );
}

/** My state and how long it lasts. */
function MyState() {
  const w = useWords();
  const now = useNow();
  const { phone } = usePhoneView();
  const since = phone.since ? now - ms(phone.since) : 0;
  const bad = phone.link === "lost" || phone.state === "not_ready";
  return (
    <div className={`slot s-me${bad ? " warn" : ""}`} data-testid="my-state" data-state={phone.state}>
      <span className="k">{w.strip.me}</span>
      <span className="v row" style={{ gap: 6 }}>
        <i className={phone.state === "ready" && !bad ? "dot round" : "dot"} aria-hidden />
        <span className="ell">{stateWord(phone, w)}</span>
        <span className="t2 mine" aria-hidden>
          {phone.welcomed ? clockOf(since) : ""}
        </span>
      </span>
    </div>
  );
}
