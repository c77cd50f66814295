import type { Translate } from '../editor/red';
import { spanText } from '../editor/spans';

const translate: Translate = (key, params) => RED._(`@eztcloud/node-red-eztcloud/eztcloud:${key}`, params);

/** A text of the sidebar in the editor's language. Show it as text: parameters may come from devices. */
export const say = (key: string, params?: Record<string, string | number>): string =>
  translate(`eztcloud.${key}`, params);

/** As {@link say}, or `fallback` where the catalogue has no such text. */
export function sayOr(key: string, fallback: string, params?: Record<string, string | number>): string {
  const text = say(key, params);
  return text.endsWith(`eztcloud.${key}`) ? fallback : text;
}

/** A span of time, e.g. `3 min`; `milliseconds` below 0 are 0. */
export const sayDuration = (milliseconds: number): string => spanText(translate, milliseconds);

/** `12,345` or `12.345`, as one writes it. */
export const sayNumber = (value: number): string => value.toLocaleString(RED.i18n.lang());

/** Date and time, to the second. */
export const sayTime = (time: number): string => new Date(time).toLocaleString(RED.i18n.lang());
