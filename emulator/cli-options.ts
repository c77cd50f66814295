import { parseArgs } from 'node:util';
import { isTopicLevel } from '../cloud/protocol/topics';
import type { EmulatorOptions } from './emulator';

/** The command line, understood: help was asked for, or options, or what is wrong in one sentence. */
export type CommandLine<O = { options: EmulatorOptions }> = { help: true } | { mistake: string } | O;

/** Of `npm start`: what goes to the emulator, and what to Node-RED. */
export interface StartOptions {
  options: EmulatorOptions;
  editorPort: number;
  /** Default: one inside the checkout. */
  userDir?: string;
}

type Check = (text: string) => boolean;

const number =
  (low: number, high: number): Check =>
  (text) =>
    /^\d+(\.\d+)?$/.test(text) && Number(text) >= low && Number(text) <= high;
const integer =
  (low: number, high: number): Check =>
  (text) =>
    /^\d+$/.test(text) && number(low, high)(text);

const NUMBERS = {
  port: [integer(0, 65_535), 'a port number'],
  'wss-port': [integer(0, 65_535), 'a port number'],
  'device-port': [integer(0, 65_535), 'a port number'],
  interval: [integer(10, 86_400_000), 'milliseconds, 10 or more'],
  devices: [integer(0, 90_000), 'a number of devices, 90000 at most'],
  rate: [number(0.001, 1000), 'reports per second, 1000 at most'],
  fleet: [integer(0, 10_000), 'a number of devices, 10000 at most'],
  'fleet-delay': [integer(1, 600_000), 'milliseconds, 600000 at most'],
  'editor-port': [integer(1, 65_535), 'a port number'],
} as const satisfies Record<string, readonly [Check, string]>;
const NUMBER_NAMES = [
  'port',
  'wss-port',
  'device-port',
  'interval',
  'devices',
  'rate',
  'fleet',
  'fleet-delay',
  'editor-port',
] as const;

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;
const FLAGS = {
  host: text,
  port: text,
  'wss-port': text,
  'device-port': text,
  directory: text,
  key: text,
  secret: text,
  'no-built-in': flag,
  interval: text,
  devices: text,
  rate: text,
  fleet: text,
  'fleet-delay': text,
  help: { ...flag, short: 'h' },
} as const;
const START_FLAGS = { 'editor-port': text, 'user-dir': text } as const;

/** Of `npm run emulator`. */
export function parseCommandLine(args: string[]): CommandLine {
  const line = parseStartLine(args);
  if (!('options' in line)) return line;
  const foreign = args.find((arg) => Object.keys(START_FLAGS).includes(arg.replace(/^--([^=]*).*/s, '$1')));
  return foreign === undefined ? line : { mistake: `Unknown option '${foreign}'` };
}

/** Of `npm start`, which takes the emulator's flags and two of its own. */
export function parseStartLine(args: string[]): CommandLine<StartOptions> {
  try {
    const { values } = parseArgs({ args, options: { ...FLAGS, ...START_FLAGS } });
    if (values.help) return { help: true };
    for (const name of NUMBER_NAMES) {
      const [valid, expected] = NUMBERS[name];
      const value = values[name];
      if (value !== undefined && !valid(value))
        return { mistake: `--${name} ${value}: expected ${expected}` };
    }
    if (values.key !== undefined && !isTopicLevel(values.key)) {
      return { mistake: `--key ${values.key}: expected a project key, such as PR_emulator01` };
    }
    for (const name of ['host', 'directory', 'secret', 'user-dir'] as const) {
      if (values[name] === '') return { mistake: `--${name}: expected a value` };
    }
    const options = {
      host: values.host,
      port: numeric(values.port),
      wssPort: numeric(values['wss-port']),
      devicePort: numeric(values['device-port']),
      directory: values.directory,
      projectKey: values.key,
      projectSecret: values.secret,
      builtIn: !values['no-built-in'],
      interval: numeric(values.interval),
      devices: numeric(values.devices),
      rate: numeric(values.rate),
      fleet: numeric(values.fleet),
      fleetDelay: numeric(values['fleet-delay']),
    };
    return {
      options: definedOnly(options),
      editorPort: numeric(values['editor-port']) ?? 1880,
      ...(values['user-dir'] !== undefined && { userDir: values['user-dir'] }),
    };
  } catch (error) {
    // What parseArgs throws says which argument it is about; its second sentence is about "--".
    if (error instanceof TypeError) return { mistake: error.message.split('. ')[0] ?? error.message };
    throw error;
  }
}

const numeric = (value: string | undefined): number | undefined =>
  value === undefined ? undefined : Number(value);

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** The flags not given are left out, for the emulator's defaults to apply. */
function definedOnly<T extends object>(options: T): Defined<T>;
function definedOnly(options: object): object {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
