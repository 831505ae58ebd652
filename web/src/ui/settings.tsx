import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useEffect, useEffectEvent, useLayoutEffect, useMemo, useState, type ReactNode } from "react";
import { ApiError } from "../api/client";
import { Key, Note, useErrorText } from "./blocks";
import { isTyping } from "./keys";
import { useWords } from "./words";
import "./settings.css";

type PageProps = { title: string; about?: ReactNode; action?: ReactNode; children: ReactNode; wide?: boolean };

/** A page of the settings: title, one line about it, its one filled action, the content. */
export function SettingsPage({ title, about, action, children, wide = false }: PageProps) {
  return (
    <div className={wide ? "set wide" : "set"}>
      <header className="set-head">
        <div className="grow">
          <h1 className="set-title">{title}</h1>
          {about && <p className="quiet">{about}</p>}
        </div>
        {action}
      </header>
      {children}
    </div>
  );
}

/** What the server refused: messages at the fields the form has, and the rest in words. */
export type Refusal = {
  /** The message of a field ("phones[1].phone"); who asks shows it. */
  at: (field: string) => string | undefined;
  /** What no field shows: the refusal itself, or messages of fields that this form has not. */
  rest: string | undefined;
  error: unknown;
};

/** Messages of one refusal, and which of their fields the form has asked for. */
class Told {
  private readonly asked = new Set<string>();
  private readonly fields: ReadonlyMap<string, string>;
  constructor(error: unknown) {
    this.fields = error instanceof ApiError ? error.fields : new Map<string, string>();
  }
  readonly at = (field: string): string | undefined => {
    const message = this.fields.get(field);
    if (message !== undefined) this.asked.add(field);
    return message;
  };
  /** Messages nobody asked for; null: there were none to ask for at all. */
  left(): string[] | null {
    if (this.fields.size === 0) return null;
    return [...new Set([...this.fields].filter(([field]) => !this.asked.has(field)).map(([, message]) => message))];
  }
}

/**
 * Reads a refusal for a form. Which fields the form has is known when all its parts have been drawn, so `rest`
 * comes one drawing later: a message is never lost because its field is not on the screen.
 */
export function useRefusal(error: unknown): Refusal {
  const text = useErrorText();
  const told = useMemo(() => new Told(error), [error]);
  const [said, setSaid] = useState<{ told: Told; rest: string | undefined } | null>(null);
  const look = useEffectEvent(() => {
    const left = error ? told.left() : [];
    const rest = !left ? text(error) : left.length > 0 ? [text(error), ...left].join(" ") : undefined;
    if (said?.told !== told || said.rest !== rest) setSaid({ told, rest });
  });
  useLayoutEffect(() => look()); // after every drawing: a tab opened meanwhile has fields of its own
  return { at: told.at, rest: said?.told === told ? said.rest : undefined, error };
}

/** Above the buttons of a form: what of a refusal stands at none of its fields. `whole`: the refusal itself anyhow. */
export function Rest({ of: refusal, whole = false }: { of: Refusal; whole?: boolean }) {
  const text = useErrorText();
  const { error } = refusal;
  const words = refusal.rest ?? (whole && error ? text(error) : undefined);
  return words === undefined ? null : <Alert error={error}>{words}</Alert>;
}

/** Above the buttons of a form: what was not saved and why, when it belongs to no field of the form. */
export function Refused({ error }: { error: unknown }) {
  const text = useErrorText();
  return error ? <Alert error={error}>{text(error)}</Alert> : null;
}

function Alert({ error, children }: { error: unknown; children: ReactNode }) {
  const conflict = error instanceof ApiError && error.isConflict;
  return (
    <div role="alert">
      <Note tone={conflict ? "plan" : "emg"}>{children}</Note>
    </div>
  );
}

/** Says that something was done, for some seconds, with a way back where there is one: by a press or by Ctrl Z. */
export function useSaid(): (message: string, undo?: () => void) => void {
  return (message, undo) => {
    const id = notifications.show({
      autoClose: undo ? 10_000 : 4000,
      message: undo ? (
        <WayBack
          message={message}
          act={() => {
            notifications.hide(id);
            undo();
          }}
        />
      ) : (
        message
      ),
    });
  };
}

/** Ways back on the screen, the last one last: the key is its. */
const ways: object[] = [];

function WayBack({ message, act }: { message: string; act: () => void }) {
  const w = useWords();
  const press = useEffectEvent((e: globalThis.KeyboardEvent, way: object) => {
    const ours = (e.ctrlKey || e.metaKey) && !e.shiftKey && !e.altKey && e.code === "KeyZ" && !isTyping(e.target);
    if (!ours || ways.at(-1) !== way) return;
    e.preventDefault();
    act();
  });
  useEffect(() => {
    const way = {};
    ways.push(way);
    const hear = (e: globalThis.KeyboardEvent) => press(e, way);
    window.addEventListener("keydown", hear);
    return () => {
      window.removeEventListener("keydown", hear);
      ways.splice(ways.indexOf(way), 1);
    };
  }, []);
  return (
    <span className="row">
      <span className="grow">{message}</span>
      <Button size="compact-xs" variant="default" rightSection={<Key>Ctrl Z</Key>} onClick={act}>
        {w.undo}
      </Button>
    </span>
  );
}
