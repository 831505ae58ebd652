import type {
  CallView,
  ClientMessage,
  Colleague,
  DeskPhone,
  Device,
  EchoState,
  OperatorState,
  PauseReason,
  ServerMessage,
  Taken,
  WatchMode,
} from "./protocol";
import { BROWSER_GONE, JUST_IN, NO_SOUND, PAPERWORK } from "./words/reasons";

/**
 * The softphone as a pure function: (phone, event) → phone and effects. No timers,
 * no sockets: Softphone carries the effects out.
 */

/** `elsewhere`: another tab has the phone. `ended`: the session is over. */
export type Link = "connecting" | "open" | "lost" | "elsewhere" | "ended";
export type Media = "none" | "offering" | "up" | "down";
export type Wish = "ready" | "pause";

export interface Phone {
  link: Link;
  /** Failed tries in a row. */
  attempt: number;
  /** Local ms when the connection went away; null while it stands. */
  lostAt: number | null;
  /** The next hello takes the phone from the other tab. */
  takeover: boolean;
  /** The engine has told where we stand since the connection was opened. */
  welcomed: boolean;
  operator: { id: number; name: string } | null;
  state: OperatorState;
  since: string;
  reason: string;
  /** Server's clock minus ours, ms. */
  offset: number;
  wrapUpSec: number;
  /** Reasons of a break, of the engine; empty: an older one, the page has its own. */
  pauses: PauseReason[];
  /** The supervisor who has moved us, until we choose ourselves. */
  movedBy: string;
  /** What the person asked for; the phone comes back to it after a break. */
  wish: Wish;
  wishReason: string;
  /** The call's result is not said yet: no new call meanwhile. */
  paperwork: boolean;
  media: Media;
  micOK: boolean;
  call: CallView | null;
  /** The call broke off by a failure of ours, the person on the other side did not hang up. */
  cut: boolean;
  /** The telephone on the desk; null: the engine has not told of any. */
  desk: DeskPhone | null;
  /** By what the person wants calls to come. */
  device: Device;
  /** The engine leads callers to colleagues. */
  leads: boolean;
  /** To whom of them our caller may be led; null: not asked yet. */
  colleagues: Colleague[] | null;
  /** Key of the call that went to somebody else because nobody took it here. */
  missed: string | null;
  /** The call that we lost went to another: what he has is no work of ours any more. */
  taken: Taken | null;
  /** How far the sound check is. */
  echo: EchoState;
  /** Somebody's talk that a supervisor hears. */
  watching: { call: string; mode: WatchMode } | null;
  problem: { code: string; text: string } | null;
}

export type Event =
  | { type: "opened" }
  | { type: "closed"; now: number }
  | { type: "message"; message: ServerMessage; now: number }
  | { type: "mic"; ok: boolean; level: number }
  | { type: "media"; media: Media }
  | { type: "want"; state: Wish; reason: string }
  | { type: "paperwork"; on: boolean }
  | { type: "device"; device: Device }
  | { type: "takeover" }
  | { type: "forget" };

export type Effect =
  | { do: "send"; message: ClientMessage }
  | { do: "connect"; inMs: number }
  | { do: "disconnect" }
  | { do: "offer" }
  | { do: "accept"; sdp: string }
  | { do: "silence" }
  | { do: "doubt" };

export type Step = [Phone, Effect[]];

/** Pauses that came from a break, not from a person: left as soon as the phone works again. */
const fromBreak = new Set([JUST_IN, BROWSER_GONE, NO_SOUND, PAPERWORK]);

const live = new Set(["counting", "dialling", "talking", "held"]);

/** Whether somebody speaks, or is being called: nothing of ours may break it. */
export function isLive(p: Phone): boolean {
  return p.call !== null && live.has(p.call.state);
}

export function start(wish: Wish, wishReason = "", device: Device = "browser"): Phone {
  return {
    link: "connecting",
    attempt: 0,
    lostAt: null,
    takeover: false,
    welcomed: false,
    operator: null,
    state: "not_ready",
    since: "",
    reason: "",
    offset: 0,
    wrapUpSec: 30,
    pauses: [],
    movedBy: "",
    wish,
    wishReason,
    paperwork: false,
    media: "none",
    micOK: false,
    call: null,
    cut: false,
    desk: null,
    device,
    leads: false,
    colleagues: null,
    missed: null,
    taken: null,
    echo: "",
    watching: null,
    problem: null,
  };
}

/** Wait before the next try, ms: 0.5 s, 1, 2, 4, then every 5 s. `luck` in 0..1 spreads the desks. */
export function backoff(attempt: number, luck: number): number {
  return Math.min(5000, 500 * 2 ** attempt) * (0.75 + luck / 2);
}

export function step(p: Phone, e: Event, tab: string, luck = 0.5): Step {
  switch (e.type) {
    case "opened":
      return [p, [send({ type: "hello", tab, takeover: p.takeover })]];
    case "closed":
      if (p.link === "elsewhere" || p.link === "ended") return [p, []];
      return [
        {
          ...p,
          link: "lost",
          welcomed: false,
          attempt: p.attempt + 1,
          lostAt: p.lostAt ?? e.now,
          echo: "",
          watching: null,
        },
        [{ do: "connect", inMs: backoff(p.attempt, luck) }],
      ];
    case "message":
      return heard(p, e.message, e.now);
    case "mic":
      return [{ ...p, micOK: e.ok }, p.welcomed ? [send({ type: "mic", level: e.level, ok: e.ok })] : []];
    case "media":
      return [{ ...p, media: e.media }, e.media === "down" && p.welcomed ? [{ do: "offer" }] : []];
    case "want":
      return [
        { ...p, wish: e.state, wishReason: e.reason, problem: null, missed: null, taken: null, movedBy: "" },
        p.welcomed && !p.paperwork ? [want(p, e.state, e.reason)] : [],
      ];
    case "device": {
      const next = { ...p, device: e.device, problem: null };
      const works = p.welcomed && (p.state === "ready" || p.state === "not_ready");
      return [next, works ? [want(next, "ready", "")] : []];
    }
    case "paperwork":
      return paperwork(p, e.on);
    case "takeover":
      return [
        { ...p, link: "connecting", attempt: 0, takeover: true },
        [{ do: "disconnect" }, { do: "connect", inMs: 0 }],
      ];
    case "forget":
      return [{ ...p, call: p.call?.state === "ended" ? null : p.call, cut: false }, []];
  }
}

function heard(p: Phone, m: ServerMessage, now: number): Step {
  switch (m.type) {
    case "welcome":
      return welcome(p, m, now);
    case "busy_elsewhere":
    case "superseded":
      return [
        { ...p, link: "elsewhere", welcomed: false, media: "none", call: null },
        [{ do: "disconnect" }, { do: "silence" }],
      ];
    case "sdp_answer":
      return [p, [{ do: "accept", sdp: m.sdp }]];
    case "media":
      if (m.connected) return [{ ...p, media: "up" }, []];
      return [{ ...p, media: "down" }, [{ do: "offer" }]];
    case "state":
      return stated({ ...p, wrapUpSec: m.wrap_up_sec ?? p.wrapUpSec }, m.state, m.since, m.reason ?? "");
    case "phone":
      return desked(p, m.phone);
    case "colleagues":
      return [{ ...p, colleagues: m.colleagues }, []];
    case "rules":
      return [{ ...p, pauses: m.pauses ?? p.pauses }, []];
    case "moved":
      return moved(p, m.state, m.reason ?? "", m.text);
    case "call":
      return [{ ...p, ...called(p, m.call) }, []];
    case "missed":
      return [{ ...p, missed: m.call, call: p.call?.key === m.call ? null : p.call, cut: false }, []];
    case "taken": {
      const next = { ...p, ...handed(p, m.taken) };
      // What he has is no work of ours: nothing keeps us from the next call.
      return p.call !== null && next.call === null ? paperwork(next, false) : [next, []];
    }
    case "echo":
      return [{ ...p, echo: m.state ?? "" }, []];
    case "watching": {
      const { call, mode } = m.watch;
      return [{ ...p, watching: call && mode ? { call, mode } : null, problem: null }, []];
    }
    case "pong":
      return [m.server_time ? { ...p, offset: nearer(p.offset, m.server_time, now) } : p, []];
    case "error":
      return failed(p, m.code, m.text);
  }
}

function welcome(p: Phone, m: Extract<ServerMessage, { type: "welcome" }>, now: number): Step {
  const next: Phone = {
    ...p,
    link: "open",
    attempt: 0,
    lostAt: null,
    takeover: false,
    welcomed: true,
    operator: m.operator,
    offset: Date.parse(m.server_time) - now,
    wrapUpSec: m.wrap_up_sec ?? p.wrapUpSec,
    pauses: m.pauses ?? p.pauses,
    desk: m.phone ?? null,
    leads: m.leads === true,
    problem: null,
    ...reunited(p, m.call),
    ...(m.taken ? handed({ ...p, call: m.call ?? p.call }, m.taken) : {}),
  };
  // Where only the pages were away the talk goes on as it was; else the sound is offered anew.
  const sounds = m.connected === true && p.media === "up";
  const effects: Effect[] = [
    send({ type: "mic", level: 0, ok: p.micOK }),
    ...(sounds ? [] : [{ do: "offer" } as const]),
  ];
  const [after, more] = stated(next, m.state, m.state_since, m.reason ?? "");
  return [{ ...after, media: sounds ? "up" : "offering" }, [...effects, ...more]];
}

/** What is left of the call after a break: the engine's word, or a call cut by the failure. */
function reunited(p: Phone, call: CallView | null): Pick<Phone, "call" | "cut"> {
  if (call) return { call, cut: p.call?.key === call.key && p.cut };
  if (p.call && isLive(p)) {
    return { call: { ...p.call, state: "ended", outcome: "unknown" }, cut: true };
  }
  return { call: p.call?.state === "ended" ? p.call : null, cut: p.cut };
}

/** Another has our call: it leaves the screen, the draft went with it. */
function handed(p: Phone, taken: Taken): Pick<Phone, "call" | "cut" | "taken"> {
  const ours = p.call?.key === taken.call;
  if (!taken.by) return { call: p.call, cut: p.cut || ours, taken };
  return { call: ours ? null : p.call, cut: p.cut && !ours, taken };
}

function called(p: Phone, call: CallView): Pick<Phone, "call" | "cut" | "missed" | "taken"> {
  const wasRinging = p.call?.key === call.key && p.call.state === "ringing";
  // The caller gave up before anybody took the phone: there is nothing to write.
  if (call.state === "ended" && (wasRinging || p.call?.key !== call.key)) {
    return { call: p.call?.key === call.key ? null : p.call, cut: p.cut, missed: p.missed, taken: p.taken };
  }
  return { call, cut: false, missed: null, taken: null };
}

function stated(p: Phone, state: OperatorState, since: string, reason: string): Step {
  const next = { ...p, state, since, reason };
  if (state !== "pause" && state !== "off") return [next, []];
  if (p.paperwork) return [next, reason === PAPERWORK ? [] : [want(p, "pause", PAPERWORK)]];
  if (p.wish === "ready" && fromBreak.has(reason)) return [next, [want(p, "ready", "")]];
  if (p.wish === "pause" && fromBreak.has(reason) && reason !== p.wishReason && p.wishReason) {
    return [next, [want(p, "pause", p.wishReason)]];
  }
  // The engine sent us to rest (a ring nobody took): a person says when he is back.
  return [{ ...next, wish: "pause", wishReason: reason }, []];
}

/** The telephone is there again: who waits for it to be ready becomes so. */
function desked(p: Phone, desk: DeskPhone): Step {
  const waits =
    desk.registered && p.device === "phone" && desk.device !== "phone" && p.wish === "ready" && !p.paperwork;
  return [{ ...p, desk }, waits ? [want(p, "ready", "")] : []];
}

/** A supervisor's word is the wish from now on: after a break of the link too. */
function moved(p: Phone, state: OperatorState, reason: string, by: string): Step {
  if (state !== "ready" && state !== "pause" && state !== "off") return [p, []];
  const wish = state === "ready" ? "ready" : "pause";
  // The result of the last call is said first.
  return [
    { ...p, wish, wishReason: reason, movedBy: by, missed: null },
    p.paperwork ? [want(p, "pause", PAPERWORK)] : [],
  ];
}

function paperwork(p: Phone, on: boolean): Step {
  if (p.paperwork === on) return [p, []];
  const next = { ...p, paperwork: on };
  if (!p.welcomed) return [next, []];
  if (on) return [next, [want(p, "pause", PAPERWORK)]];
  return [next, [want(p, p.wish, p.wishReason)]];
}

function failed(p: Phone, code: string, text: string): Step {
  switch (code) {
    case "session.ended":
      // The talk is finished first (F5); the engine says it again afterwards.
      if (isLive(p)) return [{ ...p, problem: { code, text } }, []];
      return [
        { ...p, link: "ended", welcomed: false, problem: { code, text } },
        [{ do: "disconnect" }, { do: "silence" }],
      ];
    case "seat.elsewhere":
      return [{ ...p, link: "elsewhere", welcomed: false }, [{ do: "disconnect" }, { do: "silence" }]];
    case "mic.silent":
      // It counts as working again only after it was heard.
      return [{ ...p, problem: { code, text } }, [{ do: "doubt" }]];
    case "call.gone":
      return [{ ...p, call: p.call?.state === "ringing" ? null : p.call, problem: { code, text } }, []];
    default:
      return [{ ...p, problem: { code, text } }, []];
  }
}

/** A clock offset that does not jump: one late answer must not move every countdown. */
function nearer(offset: number, serverTime: string, now: number): number {
  const seen = Date.parse(serverTime) - now;
  return Math.abs(seen - offset) > 2000 ? seen : offset + (seen - offset) / 8;
}

function send(message: ClientMessage): Effect {
  return { do: "send", message };
}

/** An engine that knows of telephones is told by what calls are to come. */
function want(p: Phone, state: Wish, reason: string): Effect {
  return send({ type: "state", state, reason, ...(state === "ready" && p.desk ? { device: p.device } : {}) });
}
