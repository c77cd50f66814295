import { readAliasTable } from '../../cloud/protocol/alias-table';
import { fitsField, isClientId, MAX_FIELD } from '../../cloud/protocol/connect-field';
import { readDeadband } from '../../cloud/protocol/deadband';
import { readRule } from '../../cloud/protocol/device-rules';
import { readEndpoint } from '../../cloud/protocol/endpoint';
import { EztError } from '../../cloud/protocol/errors';
import {
  CHOICES,
  type ChoiceName,
  NUMBERS,
  type NumberName,
  readFlag,
  readNumber,
} from '../../cloud/protocol/limits';
import {
  dropBlanks,
  isBrokenVariable,
  isIdentifier,
  isVariable,
  type NameProblem,
  nameProblem,
  wordProblem,
} from '../../cloud/protocol/names';
import { aliasesOf, type KnownAliases, lookUp, type UsesProject } from './aliases';
import { parseList } from './lists';
import type { Translate, Validator } from './red';

// What the forms accept. The limits are shared with the runtime (cloud/protocol); here each gets a sentence.

/** A key in the catalogue's section `invalid` and the values for its placeholders; `undefined` if nothing is wrong. */
export type Problem = [key: string, params?: Record<string, string | number>] | undefined;
type Rule = (value: unknown) => Problem;
/** Of a value that is right or wrong for the project of its node. */
type ProjectRule = (value: unknown, node: UsesProject) => Problem;

const isEmpty = (value: unknown): boolean => value === undefined || value === null || value === '';
const isBlank = (value: unknown): boolean =>
  isEmpty(value) || (typeof value === 'string' && dropBlanks(value) === '');

/**
 * A validator that says in the user's language what `rule` finds wrong. `${NAME}` always passes, and so does an empty
 * field. A field with only blanks counts as empty, except where it is `needed`: Node-RED rejects only empty ones.
 */
export function valid<N extends { _: Translate }>(
  rule: (value: unknown, node: N) => Problem,
  needed = false,
): Validator<N> {
  return function (this: N, value, options) {
    const problem = !needed && isBlank(value) ? undefined : check(value, () => rule(value, this));
    return problem === undefined || say(this, problem, options.label);
  };
}

/** The same for a field that matters only if `isNeeded`, which depends on other fields; then `rule` sees an empty one, too. */
export function validIf<N extends { _: Translate }>(
  isNeeded: (node: N) => boolean,
  rule: (value: unknown, node: N) => Problem,
): Validator<N> {
  return function (this: N, value, options) {
    if (!isNeeded(this)) return true;
    const problem = isBlank(value) ? rule('', this) : check(value, () => rule(value, this));
    return problem === undefined || say(this, problem, options.label);
  };
}

/** `rule`, where something must be given. */
export const needed =
  <N>(rule: (value: unknown, node: N) => Problem) =>
  (value: unknown, node: N): Problem =>
    value === '' ? ['missing'] : rule(value, node);

function say(node: { _: Translate }, [key, params]: NonNullable<Problem>, label: string | undefined): string {
  const sentence = node._(`eztcloud.invalid.${key}`, params);
  return label === undefined ? sentence : `${label}: ${sentence}`;
}

function check(value: unknown, rule: () => Problem): Problem {
  if (isEmpty(value) || isVariable(value)) return undefined;
  return typeof value === 'string' && isBrokenVariable(value) ? ['variable'] : rule();
}

const oneOf =
  (allowed: readonly string[]): Rule =>
  (value) =>
    allowed.includes(String(value)) ? undefined : ['choice'];

/** One of the settings that the form offers. */
export const choice = (name: ChoiceName): Rule => oneOf(CHOICES[name]);

/** A number within its limits. */
export const number =
  (name: NumberName): Rule =>
  (value) => {
    const limit: (typeof NUMBERS)[NumberName] = NUMBERS[name];
    if (readNumber(value, limit) !== undefined) return undefined;
    const kind = 'unit' in limit ? 'seconds' : 'number';
    return [limit.whole ? 'integer' : kind, { min: limit.min, max: limit.max }];
  };

export const qos: Rule = (value) => (readNumber(value, NUMBERS.qos) === undefined ? ['choice'] : undefined);

export const flag: Rule = (value) => (readFlag(value) === undefined ? ['flag'] : undefined);

export const deadband: Rule = (value) => (readDeadband(value) === undefined ? ['deadband'] : undefined);

/** A name that is one level of a topic: a device username, a data stream, the project key. */
export const topicLevel: Rule = (value) => sentence(nameProblem(trimmed(value)), 'level');

export const clientId: Rule = (value) =>
  isClientId(trimmed(value)) ? undefined : ['clientId', { max: MAX_FIELD }];

export const secret: Rule = (value) =>
  fitsField(String(value).trim()) ? undefined : ['secret', { max: MAX_FIELD }];

/** What a device calls an attribute or a method. */
export const word: Rule = (value) => sentence(wordProblem(trimmed(value)), 'list');

const trimmed = (value: unknown): unknown => (typeof value === 'string' ? dropBlanks(value) : value);

function sentence(problem: NameProblem | undefined, shape: string): Problem {
  if (problem?.is !== 'character') return problem && [problem.is === 'shape' ? shape : problem.is];
  return ['character', { code: problem.code, position: problem.position }];
}

/** The device field of a node: usernames, aliases and tags of its project. */
export const devices: ProjectRule = (value, node) => {
  const aliases = aliasesOf(node);
  const names = aliases.namesIn(value);
  if (!names) return ['level'];
  return names.map((name) => named(aliases, name)).find((problem) => problem !== undefined);
};

/** A username, an alias or a tag. Where the table cannot be read here, blanks and any tag may be right. */
function named(aliases: KnownAliases, name: string): Problem {
  const found = lookUp(aliases, name);
  if (aliases.unknown && /^[#＃]./u.test(name)) return undefined;
  if (found instanceof EztError) return [found.reason === 'tagUnknown' ? 'tag' : 'ambiguous'];
  if (found) return undefined;
  return aliases.unknown ? sentence(wordProblem(name), 'level') : topicLevel(name);
}

/** The table of aliases of a project. */
export const aliasTable: Rule = (value) => {
  try {
    readAliasTable(value);
    return undefined;
  } catch (error) {
    if (error instanceof EztError) return ['aliases'];
    throw error;
  }
};

/** An attribute name that EZtCloud accepts. */
export const attribute: Rule = (value) =>
  isIdentifier(dropBlanks(String(value))) ? undefined : ['attribute'];

/** The rules of `ezt-device`: a list, each rule with its number. */
export const rules: Rule = (value) => {
  if (!Array.isArray(value)) return ['rules'];
  for (const [i, raw] of value.entries()) {
    const rule = readRule(raw);
    if (!('problem' in rule) || (rule.problem === 'value' && isVariable(raw.value))) continue;
    return ['rule', { rule: i + 1 }];
  }
  return undefined;
};

/** Every item of a list, given as the array of the node or the text of its field. */
export const each =
  <N>(rule: (value: unknown, node: N) => Problem) =>
  (value: unknown, node: N): Problem => {
    const items: unknown = typeof value === 'string' ? parseList(value) : value;
    if (!Array.isArray(items)) return ['list'];
    return items
      .map((item: unknown) => check(item, () => rule(item, node)))
      .find((problem) => problem !== undefined);
  };

export const types = (channels: readonly string[]) => each(oneOf(channels));

/** A shared-subscription group; `$share` exists in MQTT 5 and not in the 3.1.1 specification. */
export function group(value: unknown, protocol: unknown): Problem {
  const problem = topicLevel(value);
  if (problem !== undefined) return problem;
  return protocol === '3.1.1' ? ['groupProtocol'] : undefined;
}

/** The MQTT API access point: `mqtts://host[:port]`, `wss://host[:port][/mqtt]` or `host[:port]`. */
export const endpoint: Rule = (value) => {
  const read = readEndpoint(String(value));
  if (!('reason' in read)) return undefined;
  if (read.reason !== 'plaintext') return ['endpoint'];
  return [read.advice?.startsWith('wss') ? 'useWss' : 'useMqtts'];
};
