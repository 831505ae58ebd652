import createClient from "openapi-fetch";
import { keptLang } from "../i18n/i18n";
import type { paths, Problem } from "./types";

/**
 * The typed client: `take(api.GET("/api/v1/tickets/{id}", { params: { path: { id } } }))`.
 * The session is a cookie of the same origin. fetch is looked up at each call, so that tests can put their own.
 */
export const api = createClient<paths>({
  baseUrl: globalThis.location?.origin ?? "",
  fetch: (request: Request) => globalThis.fetch(request),
});

// The server's own sentences come in the language of the screens, not of the browser.
api.use({
  onRequest({ request }) {
    request.headers.set("Accept-Language", keptLang());
  },
});

/** What the server (or the way to it) refused. `code` is stable; `message` is for people, in Russian. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  /** Messages by field: "description", "answers[2].value"; the prefix "body." is cut. */
  readonly fields: ReadonlyMap<string, string>;
  readonly incident: string | undefined;

  constructor(problem: Problem) {
    super(problem.detail);
    this.name = "ApiError";
    this.status = problem.status;
    this.code = problem.code;
    this.incident = problem.incident;
    this.fields = new Map(
      (problem.errors ?? []).map((e) => [e.location.replace(/^(body|query|path)\.?/, ""), e.message]),
    );
  }

  /** The server was not reached at all: what was typed must be kept and tried again. */
  get isOffline(): boolean {
    return this.code === "network";
  }
  /** Somebody changed the row meanwhile (an old version was sent). */
  get isConflict(): boolean {
    return this.status === 409;
  }
}

let onSessionEnd: () => void = () => undefined;

/** Says what happens on any 401 except a wrong password: the app goes to the login screen and back afterwards. */
export function whenSessionEnds(listener: () => void): void {
  onSessionEnd = listener;
}

let held = false;
let late = false;

/** A talk must not be cut by an expired login (F5): while this is on, the end of the session waits. */
export function holdSessionEnd(on: boolean): void {
  held = on;
  if (on || !late) return;
  late = false;
  onSessionEnd();
}

/** Tells that the session is over (also called by the live stream). */
export function sessionEnded(): void {
  if (held) late = true;
  else onSessionEnd();
}

function problemOf(error: unknown, response: Response): Problem {
  if (typeof error === "object" && error !== null && "code" in error && "detail" in error) {
    return error as Problem; // the document promises this shape for every failure of ours
  }
  // A proxy or a stopped server answers with a page of its own.
  return { status: response.status, code: `http.${response.status}`, detail: "" };
}

type Answer<T> = { data?: T; error?: unknown; response: Response };

/** Waits for an answer and gives its data, or throws ApiError. `quiet401` for the login form and the first /me. */
export async function take<T>(answer: Promise<Answer<T>>, options: { quiet401?: boolean } = {}): Promise<T> {
  let got: Answer<T>;
  try {
    got = await answer;
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === "AbortError") throw cause;
    throw new ApiError({ status: 0, code: "network", detail: "" });
  }
  if (got.error !== undefined || !got.response.ok) {
    const problem = new ApiError(problemOf(got.error, got.response));
    if (problem.status === 401 && !options.quiet401) sessionEnded();
    throw problem;
  }
  return got.data as T; // 204 has no data, and then T is undefined
}
