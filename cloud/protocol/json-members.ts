/**
 * The members of the JSON object in `text`, each value as it is written there: decoding it and encoding it again could
 * change it (a long integer). `undefined` if `text` is no JSON object.
 */
export function membersOf(text: string): Map<string, string> | undefined {
  try {
    JSON.parse(text);
  } catch {
    return undefined;
  }
  const inside = /^\s*\{([\s\S]*)\}\s*$/.exec(text)?.[1];
  if (inside === undefined) return undefined;
  const members = new Map<string, string>();
  for (const member of splitAtCommas(inside)) {
    const [before = '', name] = /^\s*("(?:[^"\\]|\\.)*")\s*:/.exec(member) ?? [];
    if (name !== undefined) members.set(JSON.parse(name) as string, member.slice(before.length).trim());
  }
  return members;
}

/** The inverse of {@link membersOf}. */
export const fromMembers = (members: ReadonlyMap<string, string>): string =>
  `{${[...members].map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`;

/** The parts of valid JSON between the commas that stand in no string, array or object. */
function splitAtCommas(text: string): string[] {
  const parts: string[] = [];
  let start = 0;
  let depth = 0;
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{},]/g)) {
    if (token === '[' || token === '{') depth += 1;
    else if (token === ']' || token === '}') depth -= 1;
    else if (token === ',' && depth === 0) {
      parts.push(text.slice(start, index));
      start = index + 1;
    }
  }
  parts.push(text.slice(start));
  return parts;
}
