import type { CSSProperties } from "react";
import type { ReasonKind } from "../api/types";
import { useWords } from "./words";

/** Colour role of a kind: tokens --c-emg, --c-plan, --c-paid. */
const role = { emergency: "emg", planned: "plan", paid: "paid", consultation: "info" } as const;
const letter = { emergency: "!", planned: "\u041f", paid: "₽", consultation: "i" } as const;

/** Sign of a kind: a shape of its own, so it is told apart without colour. */
export function KindSign({ kind, size = 16 }: { kind: ReasonKind; size?: number }) {
  const w = useWords();
  const y = { emergency: 13, planned: 12, paid: 11.6, consultation: 11.6 }[kind];
  return (
    <svg width={size} height={size} viewBox="0 0 16 16" role="img" aria-label={w.kind[kind]}>
      {kind === "emergency" && (
        <path d="M8 .8 15.6 14.6H.4Z" fill="var(--c-emg)" stroke="var(--c-emg)" strokeLinejoin="round" />
      )}
      {kind === "planned" && (
        <rect x="1" y="1" width="14" height="14" rx="2.5" fill="var(--c-plan)" stroke="var(--c-plan-text)" />
      )}
      {kind === "paid" && <circle cx="8" cy="8" r="7.5" fill="var(--c-paid)" />}
      {kind === "consultation" && (
        <circle cx="8" cy="8" r="6.8" fill="none" stroke="var(--c-text-2)" strokeWidth="1.4" />
      )}
      <text
        x="8"
        y={y}
        textAnchor="middle"
        fontSize="10"
        fontWeight="800"
        fill={kind === "consultation" ? "var(--c-text-2)" : `var(--c-on-${role[kind]})`}
      >
        {letter[kind]}
      </text>
    </svg>
  );
}

/** Sign and word. */
export function KindMark({ kind }: { kind: ReasonKind }) {
  const w = useWords();
  return (
    <span className={`kind k-${role[kind]}`}>
      <span aria-hidden className="row">
        <KindSign kind={kind} />
      </span>
      {w.kind[kind]}
    </span>
  );
}

/** Colour of the bar at the left edge of a row: style={kindBar(kind)}. */
export function kindBar(kind: ReasonKind): CSSProperties {
  const colour = kind === "consultation" ? "var(--c-line-strong)" : `var(--c-${role[kind]})`;
  return { "--kc": colour } as CSSProperties; // CSS variables are not in React's type
}
