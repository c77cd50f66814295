import { EQUALITY, ORDER } from './operators';

// Settings of the nodes that have limits: the runtime takes what these tables allow, and the forms accept the same.

/**
 * What `ezt-in` makes of the bytes on a data stream. `text` is UTF-8, `auto` whatever fits: a JSON object or array,
 * UTF-8 text, or a Buffer; a number or a word of JSON is text like any other line.
 */
export const DATA_FORMATS = ['buffer', 'text', 'gb18030', 'json', 'hex', 'base64', 'auto', 'modbus'] as const;
export type DataFormat = (typeof DATA_FORMATS)[number];

/** Settings with a few allowed values; the first is the default. */
export const CHOICES = {
  protocol: ['auto', '5', '3.1.1'],
  session: ['clean', 'persistent'],
  queueStore: ['memory', 'disk'],
  dataFormat: DATA_FORMATS,
  output: ['message', 'value'],
  own: ['keep', 'drop'],
  whenOffline: ['send', 'fail', 'hold'],
  keep: ['all', 'latest'],
  deviceOutput: ['message', 'each', 'array'],
  when: ['always', 'changed', 'deadband'],
  topic: ['mqtt', 'device', 'attribute'],
  /** What `ezt-watch` looks for. */
  mode: ['silence', 'threshold', 'alarm'],
  op: [...ORDER, ...EQUALITY],
  paramsType: ['msg', 'json', 'flow', 'global', 'env', 'jsonata'],
} as const satisfies Record<string, readonly string[]>;

export type ChoiceName = keyof typeof CHOICES;
export type Choice<N extends ChoiceName> = (typeof CHOICES)[N][number];

/** The table `aliases`: rows, tags of one device, UTF-16 code units of a name or a tag. */
export const ALIASES = { devices: 100_000, tags: 50, length: 128 } as const;

/** The longest that a JavaScript timer can wait, in seconds: about 24 days. */
const LONGEST_TIMER = 2_147_483;

export interface NumberLimit {
  readonly byDefault: number;
  readonly min: number;
  readonly max: number;
  /** Whole numbers only. */
  readonly whole: boolean;
  readonly unit?: 'seconds';
}

/** Settings that are numbers. */
export const NUMBERS = {
  sessionExpiry: { byDefault: 3600, min: 0, max: 0xffff_ffff, whole: true, unit: 'seconds' },
  keepalive: { byDefault: 30, min: 0, max: 65_535, whole: true, unit: 'seconds' },
  queueLimit: { byDefault: 1000, min: 1, max: 1_000_000, whole: true },
  queueExpiry: { byDefault: 60, min: 0.001, max: LONGEST_TIMER, whole: false, unit: 'seconds' },
  /** Messages per second; 0 is no limit. */
  rateLimit: { byDefault: 0, min: 0, max: 1_000_000, whole: false },
  /** Commands to lists of devices that are in flight at a time. */
  commandsInFlight: { byDefault: 200, min: 1, max: 100_000, whole: true },
  timeout: { byDefault: 10, min: 0.001, max: LONGEST_TIMER, whole: false, unit: 'seconds' },
  retries: { byDefault: 0, min: 0, max: 1000, whole: true },
  holdFor: { byDefault: 3600, min: 0.001, max: LONGEST_TIMER, whole: false, unit: 'seconds' },
  qos: { byDefault: 1, min: 0, max: 2, whole: true },
  /** Of `ezt-watch`: how long a device has not been heard, an attribute is beyond its limit, until an alarm comes again. */
  after: { byDefault: 900, min: 0.001, max: LONGEST_TIMER, whole: false, unit: 'seconds' },
  for: { byDefault: 0, min: 0, max: LONGEST_TIMER, whole: false, unit: 'seconds' },
  every: { byDefault: 0, min: 0, max: LONGEST_TIMER, whole: false, unit: 'seconds' },
} as const satisfies Record<string, NumberLimit>;

export type NumberName = keyof typeof NUMBERS;

/** `value`, a number or decimal text, if `limit` allows it. */
export function readNumber(value: unknown, { min, max, whole }: NumberLimit): number | undefined {
  const given =
    typeof value === 'string' && /^\s*(?:\d+\.?\d*|\.\d+)\s*$/.test(value) ? Number(value) : value;
  if (typeof given !== 'number' || !(given >= min && given <= max)) return undefined;
  return whole && !Number.isInteger(given) ? undefined : given;
}

/** `true`, `false`, or how an environment variable writes them. */
export function readFlag(value: unknown): boolean | undefined {
  const text = String(value).trim().toLowerCase();
  if (text === 'true' || text === '1') return true;
  return text === 'false' || text === '0' ? false : undefined;
}
