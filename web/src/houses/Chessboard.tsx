import { useRef, type KeyboardEvent } from "react";
import type { BuildingCard } from "../api/types";
import { KindSign } from "../ui/Kind";
import { boardOf, step, type Sign, type Unit } from "./board";
import { useWords } from "./words";

export type Layer = "open" | "year" | "other" | "phones";

type Props = {
  house: BuildingCard;
  signs: ReadonlyMap<string, Sign>;
  layer: Layer;
  /** Flats with something of the layer, by their number in lower case: how many. */
  counts: ReadonlyMap<string, number>;
  chosen: Unit | undefined;
  onChoose: (u: Unit) => void;
};

/** A house by entrances and floors; arrows walk over flats, Enter opens one. */
export function Chessboard({ house, signs, layer, counts, chosen, onChoose }: Props) {
  const w = useWords();
  const grid = useRef<HTMLDivElement>(null);
  const board = boardOf(house.units);
  const onKeyDown = (e: KeyboardEvent) => {
    const at = e.target instanceof HTMLElement ? Number(e.target.dataset.unit ?? 0) : 0;
    if (!at || !["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "Home", "End"].includes(e.key)) return;
    e.preventDefault();
    const next = step(board, at, e.key);
    grid.current?.querySelector<HTMLElement>(`[data-unit="${next}"]`)?.focus();
  };
  return (
    <div className="board" ref={grid} onKeyDown={onKeyDown}>
      {board.map((e) => {
        const common = signs.get(`#${e.number}`);
        const code = house.door_codes[String(e.number)];
        const here = e.floors.flatMap((f) => f.units).filter((u) => u !== undefined && u !== null);
        const stop = (here.find((u) => u.id === chosen?.id) ?? here[0])?.id; // Tab goes by entrances
        return (
          <section key={e.number} className="board-entrance">
            <h3>
              {w.entrance(e.number)} {common && <KindSign kind={common.kind} />}{" "}
              {code && <span className="quiet">{w.code(code)}</span>}
            </h3>
            <div role="grid" aria-label={`${w.board}: ${w.entrance(e.number)}`} className="board-grid">
              {e.floors.map((f) => (
                <div role="row" key={f.floor} className="board-row" style={{ "--w": e.width } as object}>
                  <span role="rowheader" className="board-floor" aria-label={w.floor(f.floor)}>
                    {f.floor}
                  </span>
                  {f.units.map((u, i) =>
                    u ? (
                      <Flat
                        key={u.id}
                        unit={u}
                        layer={layer}
                        sign={signs.get(u.number.toLowerCase())}
                        count={counts.get(u.number.toLowerCase()) ?? 0}
                        isChosen={chosen?.id === u.id}
                        isTabStop={u.id === stop}
                        onChoose={onChoose}
                      />
                    ) : (
                      <span role="gridcell" key={i} />
                    ),
                  )}
                </div>
              ))}
            </div>
          </section>
        );
      })}
    </div>
  );
}

type FlatProps = {
  unit: Unit;
  layer: Layer;
  sign: Sign | undefined;
  count: number;
  isChosen: boolean;
  isTabStop: boolean;
  onChoose: (u: Unit) => void;
};

const role = { emergency: "emg", planned: "plan", paid: "paid" } as const;

function Flat({ unit, layer, sign, count, isChosen, isTabStop, onChoose }: FlatProps) {
  const w = useWords();
  const shown = layer === "open" ? sign : undefined;
  const marked = layer !== "open" && layer !== "other" && count > 0;
  const names = [
    "board-flat",
    unit.is_residential ? "" : "other",
    layer === "other" && !unit.is_residential ? "lit" : "",
    shown ? `sign-${role[shown.kind]}` : "",
    marked ? "lit" : "",
  ];
  return (
    <button
      type="button"
      role="gridcell"
      data-unit={unit.id}
      className={names.filter(Boolean).join(" ")}
      aria-selected={isChosen}
      aria-label={w.cell(unit.number, unit.floor, shown?.count ?? (marked ? count : 0))}
      tabIndex={isTabStop ? 0 : -1}
      onClick={() => onChoose(unit)}
    >
      <span className="ell">{unit.number}</span>
      {shown && <KindSign kind={shown.kind} size={12} />}
      {shown && shown.count > 1 && <b>{shown.count}</b>}
      {marked && <b className="num">{count}</b>}
    </button>
  );
}
