import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef } from "react";
import { api, ApiError, take } from "../api/client";
import type { CallRow, DeskCall } from "../api/types";
import { bodyOf, fieldErrors, missing, type Place, type RequestForm } from "../request/form";
import { phoneOf } from "../time/format";
import { isWorthKeeping, readDraft } from "./draft";
import { callQuery } from "./queries";
import { useWork, works, type Work } from "./works";

const keepAfter = 800;
const keepAgain = 5_000;
const placeAfter = 700;

export interface Disposal {
  kind: "ticket" | "linked" | "notice" | "consultation" | "wrong_number" | "task" | "prank";
  ticket_id?: number;
  notice_id?: number;
  reason_id?: number;
  is_same?: boolean;
  unit?: string;
  note?: string;
}

export interface CallWork {
  key: string;
  work: Work;
  card: DeskCall | undefined;
  /** What is said of the call; empty: not yet. */
  disposed: CallRow["disposition"];
  readOnly: boolean;
  setForm(change: (form: RequestForm) => RequestForm): void;
  save(): Promise<void>;
  dispose(d: Disposal): Promise<boolean>;
}

function plainPhone(phone: string): string {
  return phoneOf(phone).replaceAll("\u00a0", " ");
}

/** Everything that is done with a call on the desk: the form, its draft, the request, the result. */
export function useCallWork(key: string, phone: string, live: boolean, written = true): CallWork {
  const client = useQueryClient();
  const work = useWork(key, plainPhone(phone));
  const card = useQuery({ ...callQuery(key), enabled: key !== "" && written }).data;
  const disposed = work.disposed || (card?.call.disposition ?? "");
  // Who was transferred, or left a message, may have a request all the same.
  const readOnly = work.saved !== null || (disposed !== "" && disposed !== "transferred" && disposed !== "message");

  // The draft of another operator, or ours before a break.
  const kept = card?.draft;
  useEffect(() => {
    const now = works.of(key, "");
    if (!kept || now.restored || now.keptAt !== null || now.saved) return;
    // A browser that was killed may have left an old copy on its disk: the later one counts.
    if (now.dirty && (now.copiedAt === null || now.copiedAt >= Date.parse(kept.updated_at))) return;
    const draft = readDraft(kept.body);
    if (draft) works.change(key, { draft, dirty: false, copiedAt: null, restored: true, keptAt: kept.updated_at });
  }, [key, kept]);

  useKeeping(key, work, readOnly);
  usePlacing(key, work.draft.form.place, live && !readOnly, client);

  const setForm = useCallback(
    (change: (form: RequestForm) => RequestForm) => {
      const now = works.of(key, "");
      if (now.saved) return;
      works.change(key, {
        draft: { ...now.draft, form: change(now.draft.form) },
        dirty: true,
        copiedAt: null,
        error: null,
      });
    },
    [key],
  );

  const dispose = useCallback(
    async (d: Disposal): Promise<boolean> => {
      try {
        const row = await take(
          api.POST("/api/v1/desk/calls/{key}/dispose", { params: { path: { key } }, body: { ...d } }),
        );
        works.change(key, { disposed: row.disposition, error: null, dirty: false });
        works.forgetLocal(key);
        void client.invalidateQueries({ queryKey: ["desk"] });
        return true;
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        works.change(key, { error });
        return false;
      }
    },
    [client, key],
  );

  const save = useCallback(async () => {
    const now = works.of(key, "");
    if (now.saving || now.saved) return;
    works.change(key, { tried: true, error: null });
    const { form, idempotency_key } = now.draft;
    if (form.reason?.kind === "consultation") {
      await dispose({ kind: "consultation", reason_id: form.reason.id, note: form.description.trim() });
      return;
    }
    const body = bodyOf(form, idempotency_key, key);
    if (!body || missing(form).length > 0) return;
    works.change(key, { saving: true });
    try {
      const saved = await take(api.POST("/api/v1/tickets", { body }));
      works.change(key, { saved, saving: false, dirty: false });
      works.forgetLocal(key);
      void take(api.PUT("/api/v1/desk/drafts/{key}", { params: { path: { key } }, body: { body: {} } })).catch(
        () => undefined, // an old draft beside a saved request is only untidy
      );
      await dispose({ kind: "ticket", ticket_id: saved.id });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      works.change(key, { error, saving: false });
    }
  }, [dispose, key]);

  return { key, work, card, disposed, readOnly, setForm, save, dispose };
}

/** Keeps every keystroke: here at once, on the server after a moment, again while it is away. */
function useKeeping(key: string, work: Work, readOnly: boolean): void {
  const { draft, dirty } = work;
  useEffect(() => {
    if (!dirty || readOnly || !isWorthKeeping(draft)) return;
    let timer: ReturnType<typeof setTimeout>;
    const keep = async () => {
      try {
        const { updated_at } = await take(
          api.PUT("/api/v1/desk/drafts/{key}", { params: { path: { key } }, body: { body: { ...draft } } }),
        );
        if (works.of(key, "").draft === draft) works.change(key, { dirty: false, keptAt: updated_at });
      } catch (e) {
        // Another has the call: his is the draft now.
        if (e instanceof ApiError && e.code === "draft.taken") return;
        timer = setTimeout(() => void keep(), keepAgain);
      }
    };
    timer = setTimeout(() => void keep(), keepAfter);
    return () => clearTimeout(timer);
  }, [key, draft, dirty, readOnly]);
}

/** Tells the server the address the caller named: the call becomes the company's, the number a contact. */
function usePlacing(key: string, place: Place | null, on: boolean, client: ReturnType<typeof useQueryClient>): void {
  const told = useRef("");
  const building = place?.buildingId ?? 0;
  const unit = place?.unit ?? "";
  useEffect(() => {
    const name = `${building}/${unit}`;
    if (!on || building === 0 || told.current === name) return;
    const timer = setTimeout(() => {
      told.current = name;
      take(
        api.POST("/api/v1/desk/calls/{key}/place", {
          params: { path: { key } },
          body: { building_id: building, unit },
        }),
      ).then(
        (card) => client.setQueryData(callQuery(key).queryKey, card),
        () => {
          told.current = ""; // told again with the next change; saving the request tells it too
        },
      );
    }, placeAfter);
    return () => clearTimeout(timer);
  }, [key, building, unit, on, client]);
}

/** Messages at the fields: what is missing after a try, and what the server said. */
export function messagesOf(work: Work): {
  missing: ReturnType<typeof missing>;
  server: ReturnType<typeof fieldErrors>;
} {
  return {
    missing: work.tried ? missing(work.draft.form) : [],
    server: work.error ? fieldErrors(work.error) : {},
  };
}
