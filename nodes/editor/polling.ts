const USUAL = 1_000;
const SLOWEST = 10_000;

/**
 * Calls `ask` about once a second as long as `place` is in the page, while it can be seen; never again before the last answer
 * has come, and slower while `ask` resolves with false.
 */
export function pollWhile(place: JQuery, ask: () => Promise<boolean>): void {
  const element = place[0];
  let pause = USUAL;
  const isSeen = () => document.visibilityState === 'visible' && place.is(':visible');
  const next = async () => {
    if (!element?.isConnected) return;
    if (isSeen()) pause = (await ask()) ? USUAL : Math.min(SLOWEST, 2 * pause);
    setTimeout(() => void next(), pause);
  };
  void next();
}
