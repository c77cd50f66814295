import type { NodeAPI, NodeDef } from 'node-red';
import {
  CHOICES,
  type Choice,
  type ChoiceName,
  dropBlanks,
  EztError,
  isBrokenVariable,
  isVariable,
  type NameProblem,
  NUMBERS,
  type NumberName,
  namesIn,
  namesSeveral,
  type Qos,
  readFlag,
  readNumber,
  variableName,
} from '../../cloud';
import { migrate } from '../migration/migrate';

/** Settings as in the flow file: text, numbers, lists or nothing, typed or from environment variables. */
export type Raw = NodeDef & Record<string, unknown>;

/** Throws `EZT_CONFIG` for `${NAME}`, which Node-RED leaves when there is no such variable, and for what it never reads. */
export function resolved(value: string, option: string): string {
  const variable = variableName(value);
  if (variable !== undefined) throw new EztError('noVariable', { variable });
  if (isBrokenVariable(value)) throw new EztError('brokenVariable', { option });
  return value;
}

export const text = (raw: Raw, name: string): string => {
  const value = raw[name];
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return dropBlanks(resolved(value, name));
  if (typeof value !== 'number' && typeof value !== 'boolean') throw bad(name, 'text');
  return String(value);
};

export function bad(option: string, expected: string): EztError {
  return new EztError('badOption', { option, expected });
}

/** Throws `EZT_CONFIG` when `check` finds something wrong with one of the names. */
export function allNames(
  option: string,
  names: readonly string[],
  check: (name: string) => NameProblem | undefined,
): string[] {
  for (const name of names) {
    const problem = check(name);
    if (problem?.is === 'variable') throw new EztError('brokenVariable', { option });
    if (problem?.is === 'shape') throw bad(option, 'names without / + #');
    if (problem?.is === 'character') {
      const { shown, code, position } = problem;
      throw new EztError('badCharacter', { option, name: shown, code, position });
    }
  }
  return [...names];
}

/** One of {@link CHOICES}. `property`: what the node calls it, if that is another word. */
export function choice<N extends ChoiceName>(raw: Raw, name: N, property: string = name): Choice<N> {
  const allowed: readonly Choice<N>[] = CHOICES[name];
  const value = text(raw, property);
  const found = value === '' ? allowed[0] : allowed.find((candidate) => candidate === value);
  if (found === undefined) throw bad(property, allowed.join(', '));
  return found;
}

/** One of {@link NUMBERS}. */
export function number(raw: Raw, name: NumberName): number {
  const { byDefault, min, max } = NUMBERS[name];
  const value = typeof raw[name] === 'number' ? raw[name] : text(raw, name);
  const parsed = value === '' ? byDefault : readNumber(value, NUMBERS[name]);
  if (parsed === undefined) throw bad(name, `${min} … ${max}`);
  return parsed;
}

/**
 * The items of a list, each once. An item that came from a variable may itself be a list, as {@link namesIn} reads
 * it; one that a person wrote is taken whole, so a method may hold a comma.
 */
export function list(RED: NodeAPI, raw: Raw, name: string): string[] {
  const value = raw[name] ?? [];
  const items = Array.isArray(value)
    ? value.map((item: unknown, index) =>
        typeof item === 'string' && !(namesSeveral(item) && isFromVariable(RED, raw, name, index))
          ? [dropBlanks(item)]
          : namesIn(item),
      )
    : [namesIn(value)];
  const found = items.flatMap((each) => {
    if (!each) throw bad(name, '[…]');
    return each.map((item) => resolved(item, name));
  });
  return [...new Set(found.filter((item) => item !== ''))];
}

/** Whether the flow file has a variable where `raw`, in which Node-RED has replaced them all, has item `index`. */
function isFromVariable(RED: NodeAPI, raw: Raw, name: string, index: number): boolean {
  // In a subflow each node is a copy, and its original stands in the flow file; in a subflow's module nothing does.
  const id = raw._alias ?? raw.id;
  let written: unknown;
  RED.nodes.eachNode((node) => {
    if (node.id === id) written = migrate(node.type, node as Raw)[name];
  });
  return written === undefined || (Array.isArray(written) && isVariable(written[index]));
}

export const flag = (raw: Raw, name: string, byDefault: boolean): boolean => {
  const value = text(raw, name);
  const read = value === '' ? byDefault : readFlag(value);
  if (read === undefined) throw bad(name, 'true, false');
  return read;
};

export function qos(raw: Raw): Qos {
  return number(raw, 'qos') as Qos;
}
