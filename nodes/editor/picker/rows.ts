import type { Translate } from '../red';
import type { Choice } from './source';

/** A row of a picker. What it says may come from devices, and is shown as text. */
export function optionOf(say: Translate, choice: Choice): JQuery {
  const { title, subtitle, online, last, note } = choice;
  const row = $('<li role="option" class="ezt-option">');
  if (online !== undefined) row.append(dot(say, online));
  const names = $('<span class="ezt-option-names">').appendTo(row);
  $('<span class="ezt-option-title">').text(title).appendTo(names);
  if (subtitle !== undefined) names.append(' ', $('<span class="ezt-option-more">').text(subtitle));
  if (last !== undefined) row.append(' ', $('<span class="ezt-option-last">').text(last));
  if (note !== undefined) row.append(' ', $('<span class="ezt-option-more">').text(note));
  return row;
}

/** What is typed, as it is. */
export const freeOption = (say: Translate, typed: string): JQuery =>
  $('<li role="option" class="ezt-option ezt-option-free">').text(
    say('eztcloud.picker.use').replace('{text}', () => typed),
  );

/** The dot that says whether a device is online; `null`: nobody knows. */
export function dot(say: Translate, online: boolean | null): JQuery {
  const state = online === null ? 'unknown' : online ? 'online' : 'offline';
  const mark = $('<span class="ezt-dot">').addClass(`ezt-dot-${state}`);
  if (online === null) return mark.attr('aria-hidden', 'true');
  const text = say(`eztcloud.suggest.${state}`);
  return mark.attr({ role: 'img', 'aria-label': text, title: text });
}

/** Begins to listen to everything; `left`: seconds for which it still does, 0 if it does not. */
export function listenOption(say: Translate, left: number): JQuery {
  const text = say(`eztcloud.picker.${left > 0 ? 'listening' : 'listen'}`, { count: left });
  const icon = $('<i class="fa" aria-hidden="true">').addClass(
    left > 0 ? 'fa-circle-o-notch fa-spin' : 'fa-headphones',
  );
  return $('<li role="option" class="ezt-option ezt-listen">').append(icon, ' ', $('<span>').text(text));
}
