/** Whether `filter` covers `topic`, wildcards and a `$share/<group>/` prefix included (MQTT 5, 4.7 and 4.8). */
export function covers(filter: string, topic: string): boolean {
  const wanted = filter.split('/');
  if (wanted[0] === '$share') wanted.splice(0, 2);
  const levels = topic.split('/');
  if (topic.startsWith('$') && /^[+#]/.test(wanted[0] ?? '')) return false;
  const rest = wanted.indexOf('#');
  const fixed = rest === -1 ? wanted : wanted.slice(0, rest);
  if (rest === -1 ? fixed.length !== levels.length : levels.length < fixed.length) return false;
  return fixed.every((level, i) => level === '+' || level === levels[i]);
}
