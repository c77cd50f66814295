import type { Page } from 'playwright-core';

/** What a person has done in the page. */
export interface Handwork {
  /** Presses of the mouse that did not move it: a double-click is two. */
  clicks: number;
  /** Presses that moved something: a node from the palette, a wire. */
  drags: number;
  /** Keys, and texts that came into a field in another way. */
  typed: number;
}

/** Runs in the page, before its own scripts. */
const COUNT = `
  window.handwork = { clicks: 0, drags: 0, typed: 0 };
  let from;
  let pressed;
  addEventListener('mousedown', (event) => { from = event; }, true);
  addEventListener('mouseup', (event) => {
    if (!from) return;
    const moved = Math.hypot(event.screenX - from.screenX, event.screenY - from.screenY) > 4;
    window.handwork[moved ? 'drags' : 'clicks'] += 1;
    from = undefined;
  }, true);
  addEventListener('keydown', () => { pressed = true; window.handwork.typed += 1; }, true);
  addEventListener('keyup', () => { pressed = false; }, true);
  addEventListener('input', (event) => {
    const isText = event.isTrusted && event.target.matches('textarea, input:not([type=checkbox], [type=radio])');
    if (isText && !pressed) window.handwork.typed += 1;
  }, true);`;

/** Counts from now on, from 0. */
export const countHandwork = (page: Page): Promise<void> => page.evaluate(`(() => {${COUNT}})()`);

export const handworkIn = (page: Page): Promise<Handwork> => page.evaluate<Handwork>('window.handwork');
