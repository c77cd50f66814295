/** A topic filter taken apart; `group`: the name in `$share/<group>/<filter>`. */
export interface ParsedFilter {
  filter: string;
  group?: string;
}

/** `undefined`: not a topic filter (MQTT 5 §4.7.1, §4.8.2). */
export function parseFilter(text: string): ParsedFilter | undefined {
  const [first, group = '', ...rest] = text.split('/');
  if (first !== '$share') return isFilter(text) ? { filter: text } : undefined;
  const filter = rest.join('/');
  return group !== '' && !/[+#]/.test(group) && isFilter(filter) ? { filter, group } : undefined;
}

function isFilter(text: string): boolean {
  const levels = text.split('/');
  return (
    text !== '' &&
    !text.includes('\0') &&
    levels.every(
      (level, i) => level === '+' || (level === '#' ? i === levels.length - 1 : !/[+#]/.test(level)),
    )
  );
}

export const hasWildcard = (filter: string): boolean => /[+#]/.test(filter);

/** Whether a topic, or another filter as a whole, is within `filter` (MQTT 5 §4.7). */
export function covers(filter: string, topic: string): boolean {
  const wanted = filter.split('/');
  const levels = topic.split('/');
  if (topic.startsWith('$') && /^[+#]/.test(filter)) return false;
  for (const [i, level] of wanted.entries()) {
    if (level === '#') return true;
    if (i >= levels.length || levels[i] === '#' || (level !== '+' && level !== levels[i])) return false;
  }
  return wanted.length === levels.length;
}
