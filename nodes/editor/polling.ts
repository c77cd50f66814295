const USUAL = 1_000;
const SLOWEST = 10_000;

/**
 * Calls `ask` about once a second until `place` is removed, while it can be seen: Node-RED takes a form out of the page as long as
 * another dialog is open, and puts it back; never again before the last answer has come,
 * and slower while `ask` resolves with false.
 */
export function pollWhile(place: JQuery, ask: () => Promise<boolean>): void {
  let removed = false;
  place.on('remove', () => {
    removed = true;
  });
  let pause = USUAL;
  const isSeen = () => document.visibilityState === 'visible' && place.is(':visible');
  const next = async () => {
    if (removed) return;
    if (isSeen()) pause = (await ask()) ? USUAL : Math.min(SLOWEST, 2 * pause);
    setTimeout(() => void next(), pause);
  };
  void next();
}
