/**
 * Words between the operator's browser and the telephone engine: JSON text frames
 * {type, …} over one WebSocket. Times are RFC 3339 of the server's clock.
 */

export type OperatorState = "off" | "not_ready" | "ready" | "ringing" | "talking" | "wrap_up" | "pause";

export type CallState = "ringing" | "counting" | "dialling" | "talking" | "held" | "ended";

export type Purpose =
  | ""
  | "handover"
  | "status_inquiry"
  | "feedback"
  | "callback"
  | "announcement"
  | "responsible"
  | "supplier_handover"
  | "supplier_inquiry"
  | "resident"
  | "message"
  | "connection";

export type Outcome =
  | ""
  | "answered"
  | "no_answer"
  | "busy"
  | "rejected"
  | "bad_number"
  | "carrier_failed"
  | "cancelled"
  | "abandoned"
  | "unknown";

/** The operator's call. `task` is a call the system makes for him; `phone` is empty when hidden. */
export interface CallView {
  key: string;
  direction: "inbound" | "task";
  state: CallState;
  since: string;
  /** When the talk began: holds are a part of it. */
  talk_since?: string;
  dial_at: string | null;
  phone: string;
  line_phone: string;
  line_kind: string;
  city: string;
  zone: string;
  /** 0: a city's number, the house is not yet known. */
  company_id: number;
  company_name: string;
  greeting: string;
  waited_since: string;
  purpose: Purpose;
  title: string;
  task_id: number;
  ticket_id: number;
  outcome: Outcome;
  recording: boolean;
  /** It came back from another operator's broken call (F1). */
  returned: boolean;
  /** The journal knows the call: a task before its dial is none yet. An older engine does not say. */
  written?: boolean;
  /** He pressed the key for emergencies while he waited. */
  urgent?: boolean;
  /** In its hours he is the company's own operators' alone. */
  own?: boolean;
  /** They did not answer him in time: he is everybody's. */
  overflow?: boolean;
  /** No sound comes from our microphone. */
  silent?: boolean;
  /** Since when he waits on hold; absent: he does not, or an older engine has him. */
  held_at?: string;
  /** Nobody has been heard since the talk began: it may be ended politely. */
  unheard?: boolean;
  /** He called a short while ago and reached nobody. */
  repeated?: boolean;
  /** A supervisor who takes part, and how. */
  watched_by?: string;
  watch_mode?: WatchMode;
  transfer?: TransferView;
}

/** consult: the operator speaks to the person first; at_once: who answers has the caller. */
export type TransferMode = "consult" | "at_once";

/** A caller on his way to a competent person or a colleague, or what came of it. An empty state: being asked for. */
export interface TransferView {
  person?: number;
  /** A colleague to whom the caller is led. */
  operator?: number;
  name: string;
  /** On the colleague's screen: who leads the caller to him. */
  by?: string;
  mode: TransferMode;
  /** asked: his phones ring; answered: the operator speaks with him; joined: the caller does; back: nothing came of it. */
  state: "" | "asked" | "answered" | "joined" | "back";
  /** asked: he has answered and hears that he is recorded; nobody speaks with him yet. */
  warned?: boolean;
  since: string;
  /** The phones ring no longer. */
  till?: string;
  outcome?: Outcome;
  why?: string;
}

/** listen: nobody hears him; whisper: the operator does; join: both. */
export type WatchMode = "listen" | "whisper" | "join";

/** says: three seconds to speak; gave: they are heard; empty: no check goes on. */
export type EchoState = "" | "says" | "gave";

/** Who has the call that was ours; an empty `by`: nobody yet. led: by a transfer, nothing broke. */
export interface Taken {
  call: string;
  by: string;
  led?: boolean;
}

/** An operator to whom a caller may be led; number: what a desk phone dials for him. */
export interface Colleague {
  id: number;
  name: string;
  state: OperatorState;
  /** Of a pause. */
  reason?: string;
  number: string;
}

/** To whom a caller is led. */
export type Whom = { person: number } | { operator: number };

/** A reason of a break; limit_min 0: no limit. */
export interface PauseReason {
  name: string;
  limit_min: number;
}

/** By what the operator hears and speaks. */
export type Device = "browser" | "phone";

/** The telephone on the operator's desk; device: by which calls come now. */
export interface DeskPhone {
  registered: boolean;
  device: Device;
}

export type ServerMessage =
  | {
      type: "welcome";
      operator: { id: number; name: string };
      state: OperatorState;
      state_since: string;
      reason?: string;
      server_time: string;
      node?: string;
      call: CallView | null;
      wrap_up_sec?: number;
      /** Our sound has outlived the connection. */
      connected?: boolean;
      pauses?: PauseReason[];
      /** The call that we lost is another's by now. */
      taken?: Taken;
      /** An older engine has none. */
      phone?: DeskPhone;
      /** Callers can be led to colleagues; an older engine cannot. */
      leads?: boolean;
    }
  /** To whom of the colleagues our caller may be led, those who are free first. */
  | { type: "colleagues"; colleagues: Colleague[] }
  /** The telephone on the desk has come or gone, or calls come by another device. */
  | { type: "phone"; phone: DeskPhone }
  /** The call that we lost went on to others. */
  | { type: "taken"; taken: Taken }
  /** The sound check: we speak, we hear ourselves, it is over. */
  | { type: "echo"; state?: EchoState }
  /** The supervisors have changed how the queue works. */
  | { type: "rules"; pauses?: PauseReason[]; wrap_up_sec?: number }
  /** A supervisor has moved this operator: text is his name. */
  | { type: "moved"; state: OperatorState; reason?: string; text: string }
  | { type: "superseded" }
  | { type: "busy_elsewhere" }
  | { type: "sdp_answer"; sdp: string }
  | { type: "media"; connected: boolean }
  | { type: "state"; state: OperatorState; since: string; reason?: string; wrap_up_sec?: number }
  | { type: "call"; call: CallView }
  | { type: "missed"; call: string }
  | { type: "watching"; watch: { call: string; mode: WatchMode | "" } }
  | { type: "pong"; t: number; server_time?: string }
  | { type: "error"; code: string; text: string };

export type ClientMessage =
  | { type: "hello"; tab: string; takeover: boolean }
  | { type: "offer"; sdp: string }
  | { type: "state"; state: "ready" | "pause" | "off"; reason: string; device?: Device }
  | { type: "answer"; call: string }
  | { type: "decline"; call: string }
  | { type: "dial_now"; call: string }
  | { type: "hangup"; call: string }
  | { type: "silence"; call: string }
  | { type: "hold"; call: string; on: boolean }
  | { type: "digit"; call: string; digit: string }
  | ({ type: "transfer"; call: string; mode: TransferMode } & Whom)
  | { type: "colleagues"; call: string }
  | { type: "transfer_connect"; call: string }
  | { type: "transfer_back"; call: string }
  | { type: "wrapped_up" }
  | { type: "echo" }
  | { type: "watch"; call: string; mode: WatchMode }
  | { type: "unwatch" }
  | { type: "mic"; level: number; ok: boolean }
  | { type: "ping"; t: number };

const known = new Set([
  "welcome",
  "superseded",
  "busy_elsewhere",
  "sdp_answer",
  "media",
  "state",
  "rules",
  "moved",
  "call",
  "missed",
  "taken",
  "echo",
  "watching",
  "phone",
  "colleagues",
  "pong",
  "error",
]);

/** What a frame says; null for one this page does not understand (a newer engine). */
export function parse(frame: string): ServerMessage | null {
  try {
    const m: unknown = JSON.parse(frame);
    if (typeof m !== "object" || m === null || !("type" in m)) return null;
    // The engine is our own program of the same release: the type names the shape.
    return known.has(String(m.type)) ? (m as ServerMessage) : null;
  } catch {
    return null;
  }
}
