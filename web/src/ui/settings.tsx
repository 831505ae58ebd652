import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import type { ReactNode } from "react";
import { ApiError } from "../api/client";
import { Note, useErrorText } from "./blocks";
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

/** What the server refused: messages by field ("phones[1].phone"), and the rest in words. */
export function useRefusal(error: unknown): { at: (field: string) => string | undefined; rest: string | undefined } {
  const text = useErrorText();
  const refused = error instanceof ApiError ? error : null;
  return {
    at: (field) => refused?.fields.get(field),
    rest: error && (!refused || refused.fields.size === 0) ? text(error) : undefined,
  };
}

/** Above the buttons of a form: what was not saved and why, when it belongs to no field of the form. */
export function Refused({ error }: { error: unknown }) {
  const text = useErrorText();
  if (!error) return null;
  const conflict = error instanceof ApiError && error.isConflict;
  return (
    <div role="alert">
      <Note tone={conflict ? "plan" : "emg"}>{text(error)}</Note>
    </div>
  );
}

/** Says that something was done, for some seconds, with a way back where there is one. */
export function useSaid(): (message: string, undo?: () => void) => void {
  const w = useWords();
  return (message, undo) => {
    const id = notifications.show({
      autoClose: undo ? 10_000 : 4000,
      message: undo ? (
        <span className="row">
          <span className="grow">{message}</span>
          <Button
            size="compact-xs"
            variant="default"
            onClick={() => {
              notifications.hide(id);
              undo();
            }}
          >
            {w.undo}
          </Button>
        </span>
      ) : (
        message
      ),
    });
  };
}
