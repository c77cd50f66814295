import type { Translate } from './red';

const UNITS = [
  ['days', 86_400],
  ['hours', 3_600],
  ['minutes', 60],
] as const;

/** A span of time, e.g. "3 min"; `ms` below 0 are 0. */
export function spanText(translate: Translate, ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const [unit, size] = UNITS.find(([, size]) => seconds >= size) ?? ['seconds', 1];
  return translate(`eztcloud.span.${unit}`, { count: Math.floor(seconds / size) });
}

/** How long ago that was, e.g. "3 min ago" or "just now". */
export const agoText = (translate: Translate, ms: number): string =>
  ms < 500
    ? translate('eztcloud.span.justNow')
    : translate('eztcloud.span.ago', { span: spanText(translate, ms) });

/** The same where seconds change nothing: within the last minute it is "just now". */
export const roughlyAgo = (translate: Translate, ms: number): string =>
  ms < 60_000 ? translate('eztcloud.span.justNow') : agoText(translate, ms);
