/** The ring of an incoming call, made here: no file, its own volume and device. */
export class Ring {
  private context: (AudioContext & { setSinkId?: (id: string) => Promise<void> }) | null = null;
  private timer: ReturnType<typeof setInterval> | undefined;

  constructor(
    private volume: number,
    private device: string,
  ) {}

  set(volume: number, device: string): void {
    this.volume = volume;
    this.device = device;
  }

  start(): void {
    if (this.timer !== undefined) return;
    this.burst();
    this.timer = setInterval(() => this.burst(), 3000);
  }

  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    void this.context?.close().catch(() => undefined);
    this.context = null;
  }

  /** Two short soft tones: heard across a room, not tiring over a shift. */
  private burst(): void {
    if (typeof AudioContext === "undefined" || this.volume <= 0) return;
    this.context ??= new AudioContext();
    const c = this.context;
    if (this.device) c.setSinkId?.(this.device).catch(() => undefined);
    void c.resume().catch(() => undefined);
    [0, 0.35].forEach((at) => this.tone(c, c.currentTime + at, 620, 0.25));
  }

  private tone(c: AudioContext, at: number, hertz: number, seconds: number): void {
    const gain = c.createGain();
    gain.gain.setValueAtTime(0, at);
    gain.gain.linearRampToValueAtTime(this.volume * 0.3, at + 0.02);
    gain.gain.setValueAtTime(this.volume * 0.3, at + seconds - 0.05);
    gain.gain.linearRampToValueAtTime(0, at + seconds);
    gain.connect(c.destination);
    const o = c.createOscillator();
    o.frequency.value = hertz;
    o.connect(gain);
    o.start(at);
    o.stop(at + seconds);
  }
}
