import { Button, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconExternalLink, IconSearch, IconX } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useRef, useState, type KeyboardEvent } from "react";
import type { BuildingHit } from "../api/types";
import { SHORTEST, useAddressSearch } from "../request/search";
import { numberOf } from "../time/format";
import { Key } from "../ui/blocks";
import { KindSign } from "../ui/Kind";
import { useWords as useShared } from "../ui/words";
import { findTicketsQuery } from "./queries";
import { Side } from "./Side";
import { useWords } from "./words";

/**
 * Finds a house, a flat, a request, a phone while a call goes on. It takes the place of
 * the right pane, so nothing lies over the form; a house is shown here, a request opens
 * in a tab of its own.
 */
export function Finder({ onClose }: { onClose: () => void }) {
  const w = useWords();
  const [typed, setTyped] = useState("");
  const [house, setHouse] = useState<BuildingHit | null>(null);
  const root = useRef<HTMLDivElement>(null);
  const step = (by: number, e: KeyboardEvent) => {
    const all = [...(root.current?.querySelectorAll<HTMLElement>("input, [data-found]") ?? [])];
    const next = all[all.indexOf(document.activeElement as HTMLElement) + by];
    if (!next) return;
    e.preventDefault();
    next.focus();
  };
  const onKey = (e: KeyboardEvent) => {
    // The form under the pane has keys of its own: these are heard here alone.
    if (e.key === "ArrowDown") step(1, e);
    else if (e.key === "ArrowUp") step(-1, e);
    else if (e.key === "Enter" && e.target instanceof HTMLInputElement)
      root.current?.querySelector<HTMLElement>("[data-found]")?.click();
    else if (e.key === "Escape") {
      if (house) setHouse(null);
      else if (typed) setTyped("");
      else onClose();
    } else return;
    e.stopPropagation();
    e.nativeEvent.stopPropagation();
  };
  return (
    <section className="finder" aria-label={w.finder.title} ref={root} onKeyDown={onKey} data-testid="finder">
      <div className="row finder-head">
        <Field typed={typed} onType={setTyped} onHouse={() => setHouse(null)} isBack={house === null} />
        <Button variant="subtle" px={8} aria-label={w.finder.close} onClick={onClose} rightSection={<Key>Esc</Key>}>
          <IconX size={16} stroke={1.6} aria-hidden />
        </Button>
      </div>
      {house ? (
        <>
          <div className="finder-head">
            <div className="b lead">{house.address}</div>
            <div className="s13 t2">{house.company_name}</div>
            <Button size="compact-xs" variant="default" onClick={() => setHouse(null)}>
              {w.finder.back}
            </Button>
          </div>
          <Side buildingId={house.id} unit={house.unit ?? ""} confirmed />
        </>
      ) : (
        <Found typed={typed} onHouse={setHouse} />
      )}
    </section>
  );
}

interface FieldProps {
  typed: string;
  onType(text: string): void;
  onHouse(): void;
  isBack: boolean;
}

function Field({ typed, onType, onHouse, isBack }: FieldProps) {
  const w = useWords();
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (isBack) field.current?.focus();
  }, [isBack]);
  return (
    <TextInput
      className="grow"
      ref={field}
      aria-label={w.finder.title}
      placeholder={w.finder.placeholder}
      leftSection={<IconSearch size={16} stroke={1.6} aria-hidden />}
      maxLength={200}
      autoComplete="off"
      spellCheck={false}
      data-testid="finder-field"
      value={typed}
      onChange={(e) => {
        onType(e.currentTarget.value);
        onHouse();
      }}
    />
  );
}

function Found({ typed, onHouse }: { typed: string; onHouse: (house: BuildingHit) => void }) {
  const w = useWords();
  const s = useShared();
  const houses = useAddressSearch(typed, 0);
  const [q] = useDebouncedValue(typed.trim(), 150);
  const { data, isPlaceholderData } = useQuery(findTicketsQuery(q, 0));
  const requests = q.length > 1 ? (data?.items ?? []) : [];
  const nothing =
    q.length > 1 &&
    data &&
    !isPlaceholderData &&
    requests.length + houses.items.length === 0 &&
    (houses.isSettled || q.length < SHORTEST);
  return (
    <div className="pane finder-list">
      {q.length < 2 && <div className="quiet">{w.finder.hint}</div>}
      {nothing && <div className="quiet">{w.finder.none(q)}</div>}
      {houses.items.length > 0 && <div className="sect">{w.finder.houses}</div>}
      {houses.items.map((h) => (
        <button
          type="button"
          key={`${h.id}/${h.unit ?? ""}`}
          className="found-line"
          data-found
          onClick={() => onHouse(h)}
        >
          <span className="b">{[h.address, h.unit && s.unitShort(h.unit)].filter(Boolean).join(", ")}</span>
          <span className="s12 t2">{h.company_name}</span>
        </button>
      ))}
      {requests.length > 0 && <div className="sect">{w.finder.requests}</div>}
      {requests.map((t) => (
        <Link
          key={t.id}
          className="found-line"
          data-found
          to="/journal/$id"
          params={{ id: String(t.id) }}
          target="_blank"
          title={w.finder.newTab}
        >
          <span className="row">
            <KindSign kind={t.kind} />
            <span className="b nw">{s.number(numberOf(t.number))}</span>
            <span className="grow ell">{t.reason_name}</span>
            <IconExternalLink size={14} stroke={1.6} aria-hidden />
          </span>
          <span className="s12 t2">
            {t.address} · {s.status[t.status].toLowerCase()}
          </span>
        </Link>
      ))}
    </div>
  );
}
