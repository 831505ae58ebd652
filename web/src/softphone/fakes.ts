/** Stand-ins for the browser's parts behind the same contracts: for tests only. */
import type { Mic, MicListener, MicState } from "./mic";
import type { CallView, ClientMessage, ServerMessage } from "./protocol";
import type { Reading } from "./quality";
import { Softphone, type Parts, type Socket } from "./softphone";
import type { Sound } from "./sound";

export function callView(change: Partial<CallView> = {}): CallView {
  return {
    key: "i-1",
    direction: "inbound",
    state: "ringing",
    since: "2026-11-24T09:31:00Z",
    dial_at: null,
    phone: "+79120004127",
    line_phone: "+73430002424",
    line_kind: "dedicated",
    city: "Ekb",
    zone: "Asia/Yekaterinburg",
    company_id: 3,
    company_name: "North",
    greeting: "North, good day",
    waited_since: "2026-11-24T09:30:30Z",
    purpose: "",
    title: "",
    task_id: 0,
    ticket_id: 0,
    outcome: "",
    recording: true,
    returned: false,
    ...change,
  };
}

/** The engine's end of one connection. */
export class FakeSocket implements Socket {
  readyState = 0;
  onopen: Socket["onopen"] = null;
  onmessage: Socket["onmessage"] = null;
  onclose: Socket["onclose"] = null;
  readonly said: ClientMessage[] = [];
  closed = false;

  send(data: string): void {
    this.said.push(JSON.parse(data) as ClientMessage);
  }
  close(): void {
    this.readyState = 3;
    this.closed = true;
  }
  // The handlers are called as a browser calls them; `this` is not used by ours.
  open(): void {
    this.readyState = 1;
    this.onopen?.call(this as unknown as WebSocket, new Event("open"));
  }
  tell(message: ServerMessage): void {
    this.onmessage?.call(this as unknown as WebSocket, new MessageEvent("message", { data: JSON.stringify(message) }));
  }
  fall(): void {
    this.readyState = 3;
    this.onclose?.call(this as unknown as WebSocket, new CloseEvent("close"));
  }
  /** What was said since the last look, without pings. */
  hear(): ClientMessage[] {
    return this.said.splice(0).filter((m) => m.type !== "ping");
  }
  welcome(change: Partial<Extract<ServerMessage, { type: "welcome" }>> = {}): void {
    this.tell({
      type: "welcome",
      operator: { id: 7, name: "Op" },
      state: "not_ready",
      state_since: new Date().toISOString(),
      server_time: new Date().toISOString(),
      call: null,
      wrap_up_sec: 30,
      ...change,
    });
  }
}

export class FakeSound implements Sound {
  offers = 0;
  accepted: string[] = [];
  muted = false;
  reading: Reading | null = null;
  constructor(readonly on: { onState(up: boolean): void }) {}
  offer(): Promise<string> {
    return Promise.resolve(`offer-${++this.offers}`);
  }
  accept(sdp: string): Promise<void> {
    this.accepted.push(sdp);
    this.on.onState(true);
    return Promise.resolve();
  }
  use(): Promise<void> {
    return Promise.resolve();
  }
  measure(): Promise<Reading | null> {
    return Promise.resolve(this.reading);
  }
  mute(on: boolean): void {
    this.muted = on;
  }
  speaker(): void {}
  close(): void {}
}

export class FakeMic implements Mic {
  state: MicState = "asking";
  stream = null;
  constructor(
    readonly on: MicListener,
    private readonly becomes: MicState,
  ) {}
  open(): Promise<MediaStream | null> {
    this.is(this.becomes);
    return Promise.resolve(null);
  }
  is(state: MicState): void {
    this.state = state;
    this.on.onState(state);
  }
  doubt(): void {
    this.is("quiet");
  }
  close(): void {}
}

/** A softphone on stand-ins; `sockets` are the connections it has made, the last is the present one. */
export function fakePhone(mic: MicState = "ok") {
  const sockets: FakeSocket[] = [];
  let sound: FakeSound | null = null;
  let microphone: FakeMic | null = null;
  const ring = {
    ringing: false,
    start: () => (ring.ringing = true),
    stop: () => (ring.ringing = false),
    set: () => {},
  };
  const parts: Parts = {
    socket: () => {
      const s = new FakeSocket();
      sockets.push(s);
      return s;
    },
    sound: (on) => (sound = new FakeSound(on)),
    mic: (on) => (microphone = new FakeMic(on, mic)),
    ring,
    tab: "tab-1",
    luck: () => 0.5,
  };
  const phone = new Softphone(parts);
  return {
    phone,
    ring,
    sockets,
    get socket(): FakeSocket {
      const last = sockets.at(-1);
      if (!last) throw new Error("no connection was made");
      return last;
    },
    get sound(): FakeSound {
      if (!sound) throw new Error("not started");
      return sound;
    },
    get mic(): FakeMic {
      if (!microphone) throw new Error("not started");
      return microphone;
    },
    state: () => phone.snapshot().phone,
  };
}
