// How well what a person types fits the names that are offered. Server and editor put them in the same order.

/** The name itself, the same in other case, one that begins with it, one that holds it. */
export type Rank = 0 | 1 | 2 | 3;

/**
 * How well `typed` fits the best of `names`; `undefined` where it stands in none of them. Nothing typed fits all alike. `tags`
 * are names of others as well, so they are never an exact match.
 */
export function rankOf(
  typed: string,
  names: readonly string[],
  tags: readonly string[] = [],
): Rank | undefined {
  if (typed === '') return 3;
  const best = rankAmong(typed, names);
  if (tags.length === 0 || (best !== undefined && best <= 2)) return best;
  const ofTags = rankAmong(typed, tags);
  return ofTags === undefined || ofTags > 2 ? (best ?? ofTags) : 2;
}

function rankAmong(typed: string, names: readonly string[]): Rank | undefined {
  const wanted = typed.toLowerCase();
  let best: Rank | undefined;
  for (const name of names) {
    if (name === typed) return 0;
    const text = name.toLowerCase();
    const rank = text === wanted ? 1 : text.startsWith(wanted) ? 2 : text.includes(wanted) ? 3 : undefined;
    if (rank !== undefined && rank < (best ?? 4)) best = rank;
  }
  return best;
}
