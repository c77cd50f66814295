/** Milliseconds from an answer to the next question, and from a question that was asked out of turn. */
const EVERY = 1_000;
const SOON = 120;
/** After failures: the first wait, which doubles, and the longest. */
const RETRY = { first: 2_000, longest: 15_000 };

export interface PollOptions {
  /** Asks, and shows the answer. Rejects when there is none. */
  ask(): Promise<void>;
  /** Whether somebody can see it. While nobody can, nothing is asked. */
  isSeen(): boolean;
  /** A timer; returns how to end it. For tests. */
  after?(milliseconds: number, then: () => void): () => void;
}

/** Asks again and again, one question at a time, while it is seen. */
export interface Poll {
  /** It may have come into sight, or another question may be wanted: asks soon. */
  wake(): void;
  stop(): void;
}

const timer = (milliseconds: number, then: () => void): (() => void) => {
  const id = setTimeout(then, milliseconds);
  return () => clearTimeout(id);
};

export function createPoll({ ask, isSeen, after = timer }: PollOptions): Poll {
  let cancel: (() => void) | undefined;
  let asking = false;
  let again = false;
  let failures = 0;
  let stopped = false;
  let isSoon = false;

  function wait(milliseconds: number) {
    cancel?.();
    isSoon = milliseconds === SOON;
    cancel = after(milliseconds, () => {
      cancel = undefined;
      isSoon = false;
      void turn();
    });
  }

  async function turn() {
    if (stopped || asking || !isSeen()) return;
    asking = true;
    again = false;
    try {
      await ask();
      failures = 0;
    } catch {
      failures += 1; // whoever asks has said why
    }
    asking = false;
    if (stopped || !isSeen()) return;
    if (failures > 0) wait(Math.min(RETRY.first * 2 ** (failures - 1), RETRY.longest));
    else wait(again ? SOON : EVERY);
  }

  return {
    wake() {
      if (stopped || isSoon) return; // whoever scrolls wakes it again and again
      if (asking) again = true;
      else wait(failures > 0 ? RETRY.first : SOON);
    },
    stop() {
      stopped = true;
      cancel?.();
    },
  };
}
