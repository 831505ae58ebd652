import { Button, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useId, useState, type KeyboardEvent } from "react";
import type { CallView, Colleague, TransferMode, Whom } from "../../softphone/protocol";
import { usePhone, usePhoneView } from "../../softphone/useSoftphone";
import { serverNow } from "../../time/clock";
import { momentOf } from "../../time/format";
import { Empty, Failed, Key, Note } from "../../ui/blocks";
import { pauseWords } from "../state";
import { useWords as useDeskWords } from "../words";
import { competentsQuery, type Competent } from "./api";
import { useWords } from "./words";

/** How often it is asked who of the colleagues is free, ms. */
const askEvery = 2000;

interface Props {
  call: CallView;
  /** Of the request being written: those who answer for it come first. */
  reasonId: number;
  onMessage(to: Competent): void;
}

/** One to whom the caller may be led. */
interface Target {
  id: string;
  to: Whom;
  text: string;
  isOpen: boolean;
  person?: Competent;
  mate?: Colleague;
}

function ofPerson(c: Competent): Target {
  return {
    id: `competent-${c.id}`,
    to: { person: c.id },
    text: `${c.name} ${c.position} ${c.subject}`,
    isOpen: c.is_open,
    person: c,
  };
}

function ofMate(m: Colleague, word: string): Target {
  return {
    id: `colleague-${m.id}`,
    to: { operator: m.id },
    text: `${m.name} ${word}`,
    isOpen: m.state === "ready",
    mate: m,
  };
}

/** The colleagues of this minute, as long as the list is open. */
function useColleagues(): Colleague[] {
  const phone = usePhone();
  const view = usePhoneView();
  useEffect(() => {
    phone.askColleagues();
    const timer = setInterval(() => phone.askColleagues(), askEvery);
    return () => clearInterval(timer);
  }, [phone]);
  return view.phone.colleagues ?? [];
}

/** To whom: the people of the company's directory, then the operators on shift. */
export function Choice({ call, reasonId, onMessage }: Props) {
  const w = useWords();
  const phone = usePhone();
  const view = usePhoneView();
  const query = useQuery(competentsQuery(call.key, reasonId));
  const mates = useColleagues();
  const [q, setQ] = useState("");
  const [chosen, setChosen] = useState("");
  const id = useId();
  const talks = call.state === "talking" || call.state === "held";
  const words = fold(q).split(/\s+/).filter(Boolean);
  const all = [...(query.data?.items ?? []).map(ofPerson), ...mates.map((m) => ofMate(m, w.colleague))];
  const items = all.filter((x) => words.every((word) => fold(x.text).includes(word)));
  // Colleagues come and go while he reads: the choice stays on whom he has chosen.
  const at = Math.max(
    0,
    items.findIndex((x) => x.id === chosen),
  );
  const one = items[at];
  const choose = (n: number) => setChosen(items[Math.max(0, Math.min(n, items.length - 1))]?.id ?? "");
  const mayAtOnce = one?.mate !== undefined || (query.data?.at_once ?? false);
  const lead = (mode: TransferMode) => {
    if (one && one.isOpen && talks && (mode === "consult" || mayAtOnce)) phone.transfer(one.to, mode);
  };
  const message = () => one?.person && one.person.why !== "no_phone" && onMessage(one.person);
  const onKey = (e: KeyboardEvent) => {
    const act: Record<string, () => void> = {
      ArrowDown: () => choose(at + 1),
      ArrowUp: () => choose(at - 1),
      Enter: () => (one?.isOpen ? lead("consult") : message()),
      Digit1: () => lead("consult"),
      Digit2: () => lead("at_once"),
      Digit3: () => message(),
    };
    const todo = act[e.code];
    if (!todo) return;
    e.preventDefault();
    e.stopPropagation();
    todo();
  };
  if (query.isError && mates.length === 0)
    return <Failed error={query.error} title={w.failed} retry={() => void query.refetch()} />;
  const noCompany = query.data?.zone === "";
  if (query.data && all.length === 0)
    return noCompany ? (
      <Empty title={w.noCompany}>{w.noCompanyText}</Empty>
    ) : (
      <Empty title={w.empty}>{w.emptyText}</Empty>
    );
  const problem = view.phone.problem?.code.startsWith("transfer.") ? view.phone.problem.text : "";
  const t = call.transfer;
  const byDesk = view.phone.desk?.device === "phone";
  return (
    <div className="col" data-testid="transfer">
      {t?.state === "back" && t.why && (
        <div role="status" data-testid="transfer-back">
          <Note tone="plan">{talks ? w.came(t.name, t.why) : w.failedTo(t.name, t.why)}</Note>
        </div>
      )}
      {problem && (
        <div role="alert">
          <Note tone="plan">{problem}</Note>
        </div>
      )}
      <TextInput
        data-autofocus
        autoFocus // also when the caller has come back: the keys go on here
        aria-label={w.find}
        placeholder={w.find}
        role="combobox"
        aria-expanded
        aria-controls={id}
        aria-activedescendant={one ? `${id}-${one.id}` : undefined}
        value={q}
        onKeyDown={onKey}
        onChange={(e) => {
          setQ(e.currentTarget.value);
          setChosen("");
        }}
      />
      {noCompany && <div className="quiet">{w.noCompanyText}</div>}
      {query.isError && <div className="quiet">{w.failed}</div>}
      {query.data && items.length === 0 && <div className="quiet">{w.nobody}</div>}
      <ul className="competents" role="listbox" aria-label={w.list} id={id}>
        {items.map((x, i) => (
          <li
            key={x.id}
            id={`${id}-${x.id}`}
            role="option"
            aria-selected={i === at}
            data-testid={x.id}
            className={x.isOpen ? "" : "shut"}
            onClick={() => setChosen(x.id)}
          >
            {x.person && <Person c={x.person} zone={query.data?.zone ?? ""} byDesk={byDesk} />}
            {x.mate && <Mate m={x.mate} byDesk={byDesk} />}
          </li>
        ))}
      </ul>
      <div className="row wrap">
        <Button
          className="btn-primary"
          data-testid="transfer-consult"
          disabled={!one?.isOpen || !talks}
          rightSection={<Key>1</Key>}
          onClick={() => lead("consult")}
        >
          {w.consult}
        </Button>
        {mayAtOnce && (
          <Button
            variant="default"
            data-testid="transfer-at-once"
            disabled={!one?.isOpen || !talks}
            rightSection={<Key>2</Key>}
            onClick={() => lead("at_once")}
          >
            {w.atOnce}
          </Button>
        )}
        <Button
          variant="default"
          data-testid="transfer-message"
          disabled={!one?.person || one.person.why === "no_phone"}
          rightSection={<Key>3</Key>}
          onClick={message}
        >
          {w.message}
        </Button>
      </div>
    </div>
  );
}

function fold(s: string): string {
  return s.toLowerCase().replaceAll("\u0451", "\u0435"); // yo is searched as ye
}

function Person({ c, zone, byDesk }: { c: Competent; zone: string; byDesk: boolean }) {
  const w = useWords();
  return (
    <>
      <div className="row">
        <span className="b grow">{c.name}</span>
        {c.fits && <span className="chip acc">{w.fits}</span>}
        <When c={c} zone={zone} />
      </div>
      <div className="s13 t2">
        {[c.position, c.subject, byDesk ? w.short(c.number) : ""].filter(Boolean).join(" · ")}
      </div>
    </>
  );
}

function Mate({ m, byDesk }: { m: Colleague; byDesk: boolean }) {
  const w = useWords();
  const desk = useDeskWords();
  const word = m.state === "pause" ? pauseWords(m.reason ?? "", desk)[0] : desk.state[m.state];
  return (
    <>
      <div className="row">
        <span className="b grow">{m.name}</span>
        <span className={m.state === "ready" ? "s12 t2" : "s12 k-plan"}>{word}</span>
      </div>
      <div className="s13 t2">{[w.colleague, byDesk ? w.short(m.number) : ""].filter(Boolean).join(" · ")}</div>
    </>
  );
}

function When({ c, zone }: { c: Competent; zone: string }) {
  const w = useWords();
  const time = c.until ? momentOf(c.until, zone || "UTC", serverNow()) : "";
  if (c.is_open) return <span className="s12 t2">{time ? w.openTill(time) : w.open}</span>;
  return <span className="s12 k-plan">{[w.closed[c.why], time && w.from(time)].filter(Boolean).join(", ")}</span>;
}
