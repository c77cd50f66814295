/** Milliseconds of the first pause; doubled each time. */
const FIRST = 500;
const LONGEST = 30_000;
/** So often a message is sent at most. */
const ATTEMPTS = 3;

/**
 * Pauses sending while the broker's quota is used up (reason code 0x97), so that not all that follows is refused, too. What
 * was refused is sent again after the pause, but not for ever.
 */
export interface SlowDown<M extends object> {
  readonly active: boolean;
  /**
   * The broker has refused `message`. Returns whether it is to be sent again when `after` is called, which is once for
   * everything refused in one pause.
   */
  refused(message: M, after: () => void): boolean;
  /** The broker has taken a message: pauses become shorter again. */
  taken(): void;
  stop(): void;
}

export function createSlowDown<M extends object>(): SlowDown<M> {
  const attempts = new WeakMap<M, number>();
  let next = FIRST;
  let timer: NodeJS.Timeout | undefined;
  return {
    get active() {
      return timer !== undefined;
    },
    refused(message, after) {
      const attempt = (attempts.get(message) ?? 0) + 1;
      attempts.set(message, attempt);
      if (!timer) {
        timer = setTimeout(() => {
          timer = undefined;
          after();
        }, next);
        next = Math.min(2 * next, LONGEST);
      }
      return attempt < ATTEMPTS;
    },
    taken() {
      if (!timer) next = Math.max(FIRST, next / 2);
    },
    stop: () => clearTimeout(timer),
  };
}
