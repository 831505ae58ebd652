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
  | "supplier_inquiry";

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
  /** He pressed the key for emergencies while he waited. */
  urgent?: boolean;
  /** He called a short while ago and reached nobody. */
  repeated?: boolean;
  /** A supervisor who takes part, and how. */
  watched_by?: string;
  watch_mode?: WatchMode;
}

/** listen: nobody hears him; whisper: the operator does; join: both. */
export type WatchMode = "listen" | "whisper" | "join";

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
    }
  | { type: "superseded" }
  | { type: "busy_elsewhere" }
  | { type: "sdp_answer"; sdp: string }
  | { type: "media"; connected: boolean }
  | { type: "state"; state: OperatorState; since: string; reason?: string }
  | { type: "call"; call: CallView }
  | { type: "missed"; call: string }
  | { type: "watching"; watch: { call: string; mode: WatchMode | "" } }
  | { type: "pong"; t: number; server_time?: string }
  | { type: "error"; code: string; text: string };

export type ClientMessage =
  | { type: "hello"; tab: string; takeover: boolean }
  | { type: "offer"; sdp: string }
  | { type: "state"; state: "ready" | "pause" | "off"; reason: string }
  | { type: "answer"; call: string }
  | { type: "decline"; call: string }
  | { type: "dial_now"; call: string }
  | { type: "hangup"; call: string }
  | { type: "hold"; call: string; on: boolean }
  | { type: "digit"; call: string; digit: string }
  | { type: "wrapped_up" }
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
  "call",
  "missed",
  "watching",
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
