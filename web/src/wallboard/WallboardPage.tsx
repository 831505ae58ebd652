import {
  IconAlertTriangle,
  IconArrowLeft,
  IconCheck,
  IconPencil,
  IconPhone,
  IconPhoneX,
  IconPlayerPause,
  IconX,
} from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Wallboard } from "../api/types";
import { useLang } from "../i18n/i18n";
import { useLink } from "../live/useLive";
import { useNow } from "../time/clock";
import { clockOf, numberOf, remainsOf, timeOf } from "../time/format";
import { Alert } from "./Alert";
import { wallboardQuery } from "./queries";
import { ageTone, late, levelOf, waitTone, type Tone } from "../time/tones";
import "./wallboard.css";
import { useWords } from "./words";

const ms = (iso: string) => Date.parse(iso);

/** How many lines a tile shows; the rest is a number. */
const LINES = 4;

/** The supervisor's wallboard: always dark, read from across the room. A tile turns only by a threshold. */
export function WallboardPage() {
  const w = useWords();
  const now = useNow();
  const { data, dataUpdatedAt } = useQuery(wallboardQuery);
  const link = useLink();
  const age = data ? Math.max(0, Math.floor((Date.now() - dataUpdatedAt) / 1000)) : 0;
  const stale = link.state === "lost" || ageTone(age) !== "";
  return (
    <div className="wall" data-testid="wallboard" data-stale={stale || undefined}>
      <header className="wall-head">
        <Link to="/desk" className="wall-back" aria-label={w.back}>
          <IconArrowLeft aria-hidden />
        </Link>
        <b className="grow">{w.title(data ? isNight(data) : false)}</b>
        <span className={data && !stale && data.engine_alive ? "sub" : "sub bad"} data-testid="wall-age">
          {!data ? w.noData : data.engine_alive ? w.age(age) : w.noEngine}
        </span>
        <Link to="/shift" className="wall-link" data-testid="wall-shift">
          {w.shift}
        </Link>
        {data && <Alert data={data} now={now} />}
        <b className="time">{data && timeOf(now, data.zone)}</b>
      </header>
      {data && <Tiles data={data} now={now} />}
    </div>
  );
}

function isNight(data: Wallboard): boolean {
  const hour = Number(timeOf(data.server_time, data.zone).slice(0, 2));
  return hour < 8 || hour >= 20;
}

function Tiles({ data, now }: { data: Wallboard; now: number }) {
  const w = useWords();
  const lang = useLang();
  const count = (state: string[]) => data.seats.filter((s) => state.includes(s.state)).length;
  const ready = count(["ready"]);
  const overdue = data.seats.filter((s) => s.until !== null && late(s.until, now));
  const waited = data.longest_since ? now - ms(data.longest_since) : 0;
  const tone = waitTone(waited);
  const left = (at: string | null | undefined) => (!at ? "—" : late(at, now) ? w.late : remainsOf(ms(at) - now, lang));
  const down = data.trunks.filter((t) => t.state === "down").length;
  return (
    <div className="wall-tiles">
      <Tile
        name="waiting"
        area="wait"
        title={w.waiting}
        tone={data.urgent > 0 ? "bad" : ""}
        foot={[
          data.urgent > 0 ? w.urgent(data.urgent) : ready === 0 ? w.nobodyFree : w.free(ready),
          data.own > 0 && w.own(data.own),
          data.slow > 0 && w.slow(data.slow),
        ]
          .filter(Boolean)
          .join(" · ")}
      >
        <Big>{data.waiting}</Big>
      </Tile>
      <Tile
        name="longest"
        area="long"
        title={w.longest}
        tone={tone}
        foot={tone === "" ? w.yellowAt : tone === "warn" ? w.redAt : w.brightAt}
      >
        <Big>{data.longest_since ? clockOf(waited) : "—"}</Big>
      </Tile>
      <Level data={data} />
      <Tile
        name="operators"
        area="ops"
        title={w.operators(data.seats.length)}
        tone={overdue.length > 0 ? "warn" : ""}
        foot={overdue.length > 0 ? w.pauseLong(overdue.map((s) => s.name).join(", ")) : undefined}
      >
        <ul>
          <State icon={<IconCheck />} word={w.ready} n={ready} />
          <State icon={<IconPhone />} word={w.talking} n={count(["talking", "ringing"])} />
          <State icon={<IconPencil />} word={w.wrapUp} n={count(["wrap_up"])} />
          <State icon={<IconPlayerPause />} word={w.pause} n={count(["pause", "not_ready"])} />
        </ul>
      </Tile>
      <Tile
        name="lost"
        area="lost"
        title={w.lost(data.lost.filter((l) => !l.is_waiting).length)}
        sign={<IconPhoneX aria-hidden />}
        tone={data.lost.length > 0 ? "bad" : ""}
        foot={w.within}
      >
        <Lines
          empty={w.noLost}
          of={data.lost}
          row={(l) => (
            <Row
              key={l.task_id}
              sub={l.is_waiting ? w.kept : undefined}
              head={`${timeOf(l.called_at, data.zone)} ${l.company_name || w.city}`}
              value={left(l.promise_at)}
            />
          )}
        />
      </Tile>
      <Tile
        name="owed"
        area="owed"
        title={w.owed(data.not_handed_over.length)}
        tone={data.not_handed_over.length > 0 ? "bad" : ""}
        foot={w.toStep}
      >
        <Lines
          empty={w.noOwed}
          of={data.not_handed_over}
          row={(t) => (
            <Row
              key={t.ticket_id}
              ticket={t.ticket_id}
              head={t.address}
              sub={`№ ${numberOf(t.number)} · ${t.reason}`}
              value={left(t.next_step_at)}
            />
          )}
        />
      </Tile>
      <Tile
        name="due"
        area="due"
        title={w.due(data.due_soon.length)}
        tone={data.due_soon.some((d) => late(d.at, now)) ? "bad" : data.due_soon.length > 0 ? "warn" : ""}
        foot={w.dueNote}
      >
        <Lines
          empty={w.noDue}
          of={data.due_soon}
          row={(d) => (
            <Row key={`${d.ticket_id} ${d.at} ${d.text}`} ticket={d.ticket_id} head={d.text} value={left(d.at)} />
          )}
        />
      </Tile>
      <Tile
        name="trunks"
        area="trunk"
        title={w.trunks}
        tone={down === 0 ? "" : down < data.trunks.length ? "warn" : "bad"}
        foot={w.calls}
      >
        <Lines
          empty={w.noTrunks}
          of={data.trunks}
          row={(t) => (
            <Row
              key={t.name}
              sign={t.state === "up" ? <IconCheck aria-hidden /> : <IconX aria-hidden />}
              head={t.name}
              sub={t.state === "down" ? t.text : t.failed > 0 ? w.failed(t.failed, t.cause) : undefined}
              value={t.state === "up" ? w.up(t.calls, t.channels) : t.state === "down" ? w.down : w.unknown}
            />
          )}
        />
      </Tile>
    </div>
  );
}

/** The law's level today, ПП 416: an answer within five minutes. */
function Level({ data }: { data: Wallboard }) {
  const w = useWords();
  const lang = useLang();
  const law = levelOf(data.today_in_time, data.today_all, lang);
  return (
    <Tile
      name="level"
      area="level"
      title={w.level}
      tone={data.today_in_time < data.today_all ? "warn" : ""}
      foot={law === null ? w.noCalls : w.quick(levelOf(data.today_quick, data.today_all, lang) ?? "")}
    >
      <Big>
        {law ?? "—"}
        {law !== null && <small>%</small>}
      </Big>
    </Tile>
  );
}

interface TileProps {
  name: string;
  area: string;
  title: string;
  tone?: Tone;
  sign?: ReactNode;
  foot?: string | undefined;
  children: ReactNode;
}

/** What turned it is said by a sign in the title as well, not by colour alone. */
function Tile({ name, area, title, tone = "", sign, foot, children }: TileProps) {
  return (
    <section className={`tile ${tone}`} style={{ gridArea: area }} data-testid={`tile-${name}`} data-tone={tone}>
      <h2>
        {tone !== "" && (sign ?? <IconAlertTriangle aria-hidden />)}
        {title}
      </h2>
      <div className="tile-body">{children}</div>
      {foot && <p className="sub">{foot}</p>}
    </section>
  );
}

function Big({ children }: { children: ReactNode }) {
  return <div className="big">{children}</div>;
}

function State({ icon, word, n }: { icon: ReactNode; word: string; n: number }) {
  return (
    <li className="wall-row">
      <span className="wall-sign" aria-hidden>
        {icon}
      </span>
      <span className="grow">{word}</span>
      <b>{n}</b>
    </li>
  );
}

/** The first of a list, the rest as a number. */
function Lines<T>({ of, row, empty }: { of: readonly T[]; row: (one: T) => ReactNode; empty: string }) {
  const w = useWords();
  if (of.length === 0) return <p className="sub">{empty}</p>;
  return (
    <ul>
      {of.slice(0, LINES).map(row)}
      {of.length > LINES && <li className="sub">{w.more(of.length - LINES)}</li>}
    </ul>
  );
}

interface RowProps {
  ticket?: number;
  sign?: ReactNode;
  head: string;
  sub?: string | undefined;
  value: string;
}

function Row({ ticket, sign, head, sub, value }: RowProps) {
  const words = (
    <>
      <span className="ell">{head}</span>
      {sub && <span className="sub ell">{sub}</span>}
    </>
  );
  return (
    <li className="wall-row">
      {sign}
      {ticket ? (
        <Link className="grow wall-words" to="/journal/$id" params={{ id: String(ticket) }}>
          {words}
        </Link>
      ) : (
        <span className="grow wall-words">{words}</span>
      )}
      <b>{value}</b>
    </li>
  );
}
