import { judge, lookEvery, looks, same, type Quality, type Reading } from "./quality";

/** Looks at the sound while a talk goes on. */
export class QualityWatch {
  private timer: ReturnType<typeof setInterval> | undefined;
  private readings: Reading[] = [];
  private last: Quality | null = null;
  private turn = 0;

  constructor(
    private readonly measure: () => Promise<Reading | null>,
    private readonly tell: (q: Quality | null) => void,
  ) {}

  set(on: boolean): void {
    if (on === (this.timer !== undefined)) return;
    clearInterval(this.timer);
    this.timer = undefined;
    this.readings = [];
    this.turn++;
    this.say(null);
    if (!on) return;
    this.timer = setInterval(() => void this.look(this.turn), lookEvery);
    void this.look(this.turn);
  }

  private async look(turn: number): Promise<void> {
    const reading = await this.measure().catch(() => null);
    if (turn !== this.turn) return; // the talk is over meanwhile
    const before = this.readings.at(-1);
    // Another connection counts from nothing.
    if (!reading || (before && reading.received < before.received)) this.readings = [];
    if (reading) this.readings = [...this.readings, reading].slice(-looks);
    this.say(judge(this.readings));
  }

  private say(q: Quality | null): void {
    if (same(q, this.last)) return;
    this.last = q;
    this.tell(q);
  }
}
