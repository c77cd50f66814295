import type { Translate } from '../red';

const STEPS = [
  ['days', 86_400_000],
  ['hours', 3_600_000],
  ['minutes', 60_000],
] as const;

/** How long ago `at` was, such as "3 min ago"; both in milliseconds since the epoch. */
export function ageText(say: Translate, at: number, now = Date.now()): string {
  const age = Math.max(0, now - at);
  const [unit, size] = STEPS.find(([, ms]) => age >= ms) ?? ['justNow', 1];
  return say(`eztcloud.picker.ago.${unit}`, { count: Math.floor(age / size) });
}
