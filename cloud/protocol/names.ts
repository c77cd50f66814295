// Names that people type, paste or put in variables: device usernames, data streams, keys. The editor's script uses
// this file too.

/** Longest name, in UTF-16 code units. */
const MAX_LENGTH = 128;

/**
 * What a person cannot see in a name, or cannot tell from a blank: white space, zero-width and formatting characters,
 * variation selectors, control characters. Lone surrogates and noncharacters besides: brokers disconnect on them.
 */
const UNSEEN =
  /[\p{White_Space}\p{Default_Ignorable_Code_Point}\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}\u2800\ufff9-\ufffb]/u;
const UNSEEN_EACH = new RegExp(UNSEEN, 'gu');
const UNSEEN_IN_WORDS = new RegExp(`(?! )${UNSEEN.source}`, 'u');
const NOT_A_LEVEL = /[/+#]|^\.\.?$/;

/** What is wrong with a name. `position` counts characters from 1; `code` is like `U+200B`. */
export type NameProblem =
  | { is: 'shape' | 'variable' }
  | { is: 'character'; code: string; position: number; shown: string };

/**
 * Why `name` cannot stand as one level of a topic that we publish or subscribe to; `undefined` when it can. It takes
 * 1 to 128 characters, none of them `/`, `+`, `#`, a blank or invisible, not `.` or `..`, and no `${…}` inside, which
 * is a variable that was not replaced.
 */
export function nameProblem(name: unknown): NameProblem | undefined {
  if (typeof name !== 'string' || name === '' || name.length > MAX_LENGTH) return { is: 'shape' };
  if (isIdentifier(name)) return undefined; // the usual name: one quick look for each message
  return unseen(name, UNSEEN) ?? variable(name) ?? (NOT_A_LEVEL.test(name) ? { is: 'shape' } : undefined);
}

/** Why `text` cannot be what a device calls an attribute or a method: those may hold blanks, but nothing invisible. */
export function wordProblem(text: unknown): NameProblem | undefined {
  if (typeof text !== 'string' || text === '') return { is: 'shape' };
  return unseen(text, UNSEEN_IN_WORDS) ?? variable(text);
}

function unseen(text: string, kind: RegExp): NameProblem | undefined {
  const found = kind.exec(text);
  if (!found) return undefined;
  const position = [...text.slice(0, found.index)].length + 1;
  const shown = text.slice(0, MAX_LENGTH).replace(UNSEEN_EACH, (character) => `[${codeOf(character)}]`);
  return { is: 'character', code: codeOf(found[0]), position, shown };
}

const codeOf = (character: string): string =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;

const variable = (text: string): NameProblem | undefined =>
  /\$\{[^{}]*\}/.test(text) ? { is: 'variable' } : undefined;

/** Whether EZtCloud lets an attribute or a data stream be called so. Source: MQTT API page; platform facts. */
export const isIdentifier = (text: string): boolean => /^[A-Za-z0-9_-]+$/.test(text);

/** `text` without the blanks, tabs and line ends around it. Other white space stays, for a check to report. */
export const dropBlanks = (text: string): string =>
  text.replace(/^[ \t\r\n\v\f\u3000]+|[ \t\r\n\v\f\u3000]+$/g, '');

/** What stands between the names of a list written as text, as the inside of a character class. */
export const SEPARATORS = ',，、;；\\r\\n';
const SEPARATOR = new RegExp(`[${SEPARATORS}]`);

/** Whether `text` may name several: it holds a separator, or is a JSON list. */
export const namesSeveral = (text: string): boolean => SEPARATOR.test(text) || /^\s*\[/.test(text);

/**
 * The names in text that separates them by `,` `，` `、` `;` `；` or line ends, in a JSON list as text, or in a list,
 * whose items are taken whole. Blanks around each are dropped, and so are empty ones. `undefined`: holds what is not
 * text or a number.
 */
export function namesIn(value: unknown): string[] | undefined {
  if (typeof value === 'string' && isIdentifier(value)) return [value];
  if (typeof value === 'string') return namesIn(jsonList(value) ?? value.split(SEPARATOR));
  if (typeof value === 'number') return [String(value)];
  if (!Array.isArray(value)) return undefined;
  if (!value.every((item) => typeof item === 'string' || typeof item === 'number')) return undefined;
  return value.map((item) => dropBlanks(String(item))).filter((item) => item !== '');
}

function jsonList(text: string): unknown[] | undefined {
  if (!/^\s*\[/.test(text)) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined; // text that begins with a bracket, no more
  }
}

/**
 * Whether Node-RED replaces `value` as a whole from the environment: `${NAME}` or the older `$(NAME)`, a name being
 * anything without blanks. Source: `EnvVarPropertyRE` in @node-red/runtime/lib/flows/util.js.
 */
export const isVariable = (value: unknown): value is string => variableName(value) !== undefined;

/** The name in what {@link isVariable}. */
export function variableName(value: unknown): string | undefined {
  const [, name, older] = (typeof value === 'string' && /^\$(?:\{(\S+)\}|\((\S+)\))$/.exec(value)) || [];
  return name ?? older;
}

/** Whether `value` means to be a variable and Node-RED leaves it as it is: blanks in the name, or around it. */
export const isBrokenVariable = (value: string): boolean =>
  /^\s*\$\{[^{}]*\}\s*$/.test(value) && !isVariable(value);
