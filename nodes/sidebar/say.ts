/** A text of the sidebar in the editor's language. Show it as text: parameters may come from devices. */
export const say = (key: string, params?: Record<string, string | number>): string =>
  RED._(`@eztcloud/node-red-eztcloud/eztcloud:eztcloud.${key}`, params);

/** As {@link say}, or `fallback` where the catalogue has no such text. */
export function sayOr(key: string, fallback: string, params?: Record<string, string | number>): string {
  const text = say(key, params);
  return text.endsWith(`eztcloud.${key}`) ? fallback : text;
}

const UNITS = [
  ['days', 86_400],
  ['hours', 3_600],
  ['minutes', 60],
] as const;

/** A span of time, e.g. `3 min`; `milliseconds` below 0 are 0. */
export function sayDuration(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  const [unit, size] = UNITS.find(([, size]) => seconds >= size) ?? ['seconds', 1];
  return say(`sidebar.duration.${unit}`, { count: Math.floor(seconds / size) });
}

/** `12,345` or `12.345`, as one writes it. */
export const sayNumber = (value: number): string => value.toLocaleString(RED.i18n.lang());

/** Date and time, to the second. */
export const sayTime = (time: number): string => new Date(time).toLocaleString(RED.i18n.lang());
