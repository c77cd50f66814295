import { performance } from 'node:perf_hooks';

/**
 * Milliseconds that one turn of the event loop takes, the hand-over and the flows that run after it. What a turn hands over
 * is in memory all at once: when it is much, collecting garbage takes half of the time (docs/performance.md).
 */
const TURN_MS = 2;
/** The most messages in one turn. There are fewer if flows take long, or make many of each. */
const MOST = 1024;
const LEAST = 4;

/** Limits how many messages are handed over in one turn of the event loop. */
export class ReadingTurn {
  private began: number | undefined;
  private ending = false;
  private messages = 0;
  private limit = MOST;

  /** `onEnd` is called when the turn is over and flows have run. */
  constructor(
    private readonly onEnd: () => void,
    private readonly clock = () => performance.now(),
  ) {}

  begin(): void {
    this.began ??= this.clock();
  }

  /** A message has been handed over. Returns whether the limit of this turn is reached. */
  count(): boolean {
    const now = this.clock();
    this.began ??= now;
    this.messages += 1;
    return this.messages >= this.limit || now - this.began > TURN_MS;
  }

  /** There are no more messages for now: the turn ends after flows have run. */
  endSoon(): void {
    if (this.began === undefined || this.ending) return;
    this.ending = true;
    setImmediate(this.end);
  }

  private readonly end = (): void => {
    const took = this.clock() - (this.began ?? 0);
    if (took > 2 * TURN_MS) this.limit = Math.max(LEAST, Math.floor((this.messages * TURN_MS) / took));
    else if (took < TURN_MS) this.limit = Math.min(MOST, 2 * this.limit);
    this.began = undefined;
    this.ending = false;
    this.messages = 0;
    this.onEnd();
  };
}
