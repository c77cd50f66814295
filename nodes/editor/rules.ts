import { fitsField, isClientId, MAX_FIELD } from '../../cloud/protocol/connect-field';
import { isTopicLevel } from '../../cloud/protocol/topics';
import { parseList } from './lists';
import type { Translate, Validator } from './red';

/** Key of the catalogue's section `invalid` and what fills it; `undefined` where nothing is wrong. */
type Problem = [key: string, params?: Record<string, string | number>] | undefined;
type Rule = (value: unknown) => Problem;

/** Whether the whole value is `${NAME}`, which Node-RED replaces from the environment. */
export const isEnv = (value: unknown): boolean =>
  typeof value === 'string' && /^\$\{[A-Za-z_]\w*\}$/.test(value);

const isBlank = (value: unknown): boolean => value === undefined || value === null || value === '';

/** A validator that says in the user's language what `rule` finds wrong. Blank and `${NAME}` always pass. */
export function valid<N extends { _: Translate }>(rule: (value: unknown, node: N) => Problem): Validator<N> {
  return function (this: N, value, options) {
    const problem = isBlank(value) || isEnv(value) ? undefined : rule(value, this);
    if (problem === undefined) return true;
    const sentence = this._(`eztcloud.invalid.${problem[0]}`, problem[1]);
    return options.label === undefined ? sentence : `${options.label}: ${sentence}`;
  };
}

/** One of the settings that the form offers. */
export const choice =
  (...allowed: (string | number)[]): Rule =>
  (value) =>
    allowed.some((setting) => String(setting) === String(value)) ? undefined : ['choice'];

export const integer =
  (min: number, max = Number.MAX_SAFE_INTEGER): Rule =>
  (value) => {
    const given = /^\s*\d+\s*$/.test(String(value)) ? Number(value) : Number.NaN;
    if (given >= min && given <= max) return undefined;
    return max === Number.MAX_SAFE_INTEGER ? ['integerFrom', { min }] : ['integer', { min, max }];
  };

const decimal = (value: unknown): number =>
  /^\s*(\d+\.?\d*|\.\d+)\s*$/.test(String(value)) ? Number(value) : Number.NaN;

/** A number of messages per second; 0 is no limit. */
export const rate: Rule = (value) => (decimal(value) >= 0 ? undefined : ['rate']);

/** Longest time in seconds that a JavaScript timer can wait, about 24 days. */
const MAX_TIMEOUT = 2_147_483;

export const seconds: Rule = (value) => {
  const given = decimal(value);
  return given > 0 && given <= MAX_TIMEOUT ? undefined : ['seconds', { max: MAX_TIMEOUT }];
};

/** A name that is one level of a topic: a device username, a data stream, the project key. */
export const topicLevel: Rule = (value) => (isTopicLevel(value) ? undefined : ['level']);

export const clientId: Rule = (value) => (isClientId(value) ? undefined : ['clientId', { max: MAX_FIELD }]);

export const secret: Rule = (value) =>
  fitsField(String(value)) ? undefined : ['secret', { max: MAX_FIELD }];

/** What EZtCloud lets an attribute be called (facts: letters, digits, `_` and `-`). */
export const attribute: Rule = (value) => (/^[\w-]+$/.test(String(value)) ? undefined : ['attribute']);

/** Every item of a list, given as the array of the node or the text of its field. */
export const each =
  (rule: Rule): Rule =>
  (value) => {
    const items: unknown = typeof value === 'string' ? parseList(value) : value;
    if (!Array.isArray(items)) return ['list'];
    for (const item of items) {
      const problem = isEnv(item) ? undefined : rule(item);
      if (problem !== undefined) return problem;
    }
    return undefined;
  };

export const text: Rule = (value) => (typeof value === 'string' && value !== '' ? undefined : ['list']);

/** A shared-subscription group; `$share` exists in MQTT 5 and not in the 3.1.1 specification. */
export function group(value: unknown, protocol: unknown): Problem {
  if (typeof value !== 'string' || /[/+#\p{Cc}\p{Cs}]/u.test(value)) return ['group'];
  return protocol === '3.1.1' ? ['groupProtocol'] : undefined;
}

const HOST =
  /^(?:\[[0-9a-f:.]+(?:%[\w.-]+)?\]|[\p{L}\p{N}](?:[\p{L}\p{N}._-]*[\p{L}\p{N}.])?)(?::(\d{1,5}))?$/iu;

/** The MQTT API access point: `mqtts://host[:port]`, `wss://host[:port][/mqtt]` or `host[:port]`. */
export const endpoint: Rule = (value) => {
  const [, scheme = 'mqtts', rest = ''] =
    /^(?:([a-z][a-z0-9+.-]*):\/\/)?(.*)$/is.exec(String(value).trim()) ?? [];
  switch (scheme.toLowerCase()) {
    case 'mqtts':
      return address(rest.replace(/\/$/, ''));
    case 'wss':
      return address(rest.replace(/\/(mqtt)?$/, ''));
    case 'mqtt':
    case 'tcp':
      return ['useMqtts'];
    case 'ws':
    case 'http':
    case 'https':
      return ['useWss'];
    default:
      return ['endpoint'];
  }
};

function address(hostAndPort: string): Problem {
  const found = HOST.exec(hostAndPort);
  const port = Number(found?.[1] ?? 1);
  return found !== null && port >= 1 && port <= 65535 ? undefined : ['endpoint'];
}
