import { Button } from "@mantine/core";
import type { CSSProperties, ReactNode } from "react";
import { ApiError } from "../api/client";
import { useWords } from "./words";

/** A key cap inside a button or a hint line. */
export function Key({ children }: { children: ReactNode }) {
  return (
    <kbd className="key" style={{ fontFamily: "inherit" }}>
      {children}
    </kbd>
  );
}

type PanelProps = { title?: ReactNode; right?: ReactNode; children: ReactNode; flush?: boolean; style?: CSSProperties };

/** A panel with a title; `flush` without inner margins. Never nested. */
export function Panel({ title, right, children, flush = false, style }: PanelProps) {
  return (
    <section className="panel" style={style}>
      {title !== undefined && (
        <div className="ph">
          <h2 className="grow">{title}</h2>
          {right}
        </div>
      )}
      {flush ? children : <div className="pb">{children}</div>}
    </section>
  );
}

/** Words to be read aloud, and nothing else. One a step. */
export function Say({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="say">
      <div className="lab">{label}</div>
      <div className="txt">{children}</div>
    </div>
  );
}

/** Grey: information; plan: warning; emg: live outage, danger, safety. */
export function Note({ tone, children }: { tone?: "emg" | "plan" | "acc"; children: ReactNode }) {
  return <div className={tone ? `note ${tone}` : "note"}>{children}</div>;
}

/** The line of keys at the bottom of a screen. */
export function Hints({ items }: { items: readonly (readonly [key: string, text: string])[] }) {
  return (
    <div className="hints">
      {items.map(([key, text]) => (
        <span key={key}>
          <Key>{key}</Key>
          {text}
        </span>
      ))}
    </div>
  );
}

/** Says an error in words of a person. */
export function useErrorText(): (error: unknown) => string {
  const w = useWords();
  return (error) => {
    if (!(error instanceof ApiError)) return w.error.unknown;
    if (error.isOffline) return w.error.offline;
    const text = error.message || w.error.unreachable(error.status);
    return error.incident ? `${text} ${w.error.incident(error.incident)}` : text;
  };
}

/** What did not load, what is safe, one action. */
export function Failed({ error, retry, title }: { error: unknown; retry?: () => void; title?: string }) {
  const w = useWords();
  const text = useErrorText();
  return (
    <div className="col" role="alert" style={{ alignItems: "flex-start", padding: 16 }}>
      <div className="b">{title ?? w.error.title}</div>
      <div className="quiet">{text(error)}</div>
      {retry && (
        <Button variant="default" size="xs" onClick={retry}>
          {w.retry}
        </Button>
      )}
    </div>
  );
}

/** An empty list: what it means, and what to do. */
export function Empty({ title, children, action }: { title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className="col" style={{ alignItems: "flex-start", padding: 16 }}>
      <div className="b">{title}</div>
      {children && <div className="quiet">{children}</div>}
      {action}
    </div>
  );
}
