/** MQTT 5 §4.7, as it stands there and apart from the code under test: whether `filter` matches `topic`. */
export function matches(filter: string, topic: string): boolean {
  const filters = filter.replace(/^\$share\/[^/]+\//, '').split('/');
  const levels = topic.split('/');
  if (topic.startsWith('$') && /^[+#]/.test(filters[0] ?? '')) return false;
  for (const [i, level] of filters.entries()) {
    if (level === '#') return true;
    if (i >= levels.length || (level !== '+' && level !== levels[i])) return false;
  }
  return filters.length === levels.length;
}
