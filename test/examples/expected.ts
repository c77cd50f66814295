import type { EmulatorOptions } from '../../emulator/emulator';
import { type Example, type ExampleNode, named } from '../support/examples';
import type { Part } from '../support/machine';

/** What an inject leads to: a message of the debug node `at` (default: the one it is wired to) that matches. */
interface Outcome {
  at?: string;
  shows: RegExp;
  topic?: RegExp;
}

type ByName<T> = Readonly<Record<string, T>>;

/** What one example does on the emulator. Nodes are named by their `name`. */
export interface Expectation {
  /** Node packages that it needs beside ours. */
  packages?: readonly Part[];
  /** What debug nodes show by themselves. */
  shows?: ByName<RegExp>;
  /** What each inject leads to; all of them must be here. */
  buttons?: ByName<readonly Outcome[]>;
  /** Statuses of our nodes where they are not `connected`, once the flow runs. */
  statuses?: ByName<RegExp>;
  /** Properties that are other ones in the test: what takes minutes for a person must not take minutes here. */
  changes?: ByName<Readonly<Record<string, unknown>>>;
}

export const CONNECTED = /^node-red:common\.status\.connected$/;

/**
 * Beside the built-in devices, whose seconds are tenths here: the quiet one reports for 3 s and says nothing for 6 s,
 * the sleeper is awake for 1 s of 6 s, the flapping one comes or goes every 0.4 s.
 */
export const FLEET: EmulatorOptions = { fleet: 1000, fleetDelay: 100 };

const attributes = (shows: RegExp, device = /DU_thermostat/): Outcome => ({
  at: 'attributes',
  shows,
  topic: device,
});

/** By file, in the order of the alphabet. */
export const EXPECTED: Readonly<Record<string, Expectation>> = {
  'alarm-once.json': {
    changes: { 'alarms, every 20 s': { every: 0.3 } },
    shows: {
      'in place of an e-mail node': /^DU_\w+: alarm since /,
      'alarm or reminder': /"alerting":true/,
      recovered: /"alerting":false/,
    },
    buttons: { 'acknowledge all': [] },
  },
  'all-messages.json': {
    shows: { 'whole message': /"type":"attributes"/, counts: /"attributes":\d+/ },
  },
  'attributes-to-influxdb.json': {
    changes: { 'lines of a second, at most': { timeout: '0.2' } },
    shows: { written: /^204$/ },
  },
  'attributes-to-sqlite.json': {
    packages: ['node-red-node-sqlite'],
    changes: { 'rows of a second, at most': { timeout: '0.2' }, 'last ten temperatures': { repeat: '0.5' } },
    buttons: {
      'at the start': [],
      'last ten temperatures': [{ shows: /^\[\{"device":"DU_\w+","value":[\d.]+,"utc":/ }],
      'forget what is older than 30 days': [{ shows: /^\[\]$/ }],
    },
  },
  'chart-of-changes.json': {
    packages: ['@flowfuse/node-red-dashboard'],
    shows: { 'what the chart gets': /"topic":"DU_thermostat\/temperature"/ },
  },
  'command-with-reply.json': {
    shows: { picture: /"method":"snapshot","params":\{"frame":/ },
    buttons: {
      identify: [{ shows: /"method":"identify","params":\{"model":"thermostat"/ }],
      'a whole command': [{ shows: /"params":\{"threshold":22\}/ }],
      'msg.command': [{ shows: /"params":\{"threshold":23\}/ }],
      'a slow device, wait 20 s': [{ shows: /"pong":true/ }],
      'a silent device, wait 3 s': [{ at: 'error: code and message', shows: /EZT_REPLY_TIMEOUT/ }],
    },
  },
  'dashboard-gauges-and-switch.json': { packages: ['@flowfuse/node-red-dashboard'] },
  'data-stream.json': {
    shows: {
      '0.1 V, mA, Wh': /^\[\s*2300,\s*\d+,\s*\d+\s*\]$/,
      hex: /^010306[0-9a-f]{16}$/,
      JSON: /"objects":/,
    },
  },
  'fleet-command.json': {
    buttons: {
      'ping all': [
        { at: 'result', shows: /"devices":1000,"answered":1000,"slowest":\d+,"silent":\[\]/ },
        { at: 'table', shows: /^\[\{"device":"DU_fleet00001","answered":true,/ },
      ],
    },
  },
  'last-value-by-http.json': {},
  'last-values.json': {
    // Until the devices have been heard.
    changes: { thermostat: { repeat: '0.5' }, camera: { repeat: '0.5' }, 'all devices': { repeat: '0.5' } },
    buttons: {
      thermostat: [{ shows: /"device":"DU_thermostat","known":true.*"temperature":/ }],
      camera: [{ shows: /"device":"DU_camera0001","known":true/ }],
      'a device that does not exist': [{ shows: /"device":"DU_nobody0001","known":false/ }],
      'all devices': [{ at: 'names', shows: /"DU_camera0001"/ }],
    },
  },
  'modbus-to-values.json': {
    shows: { 'V, A, kWh': /^\{"voltage":230,"current":[\d.]+,"energy":[\d.]+\}$/ },
    buttons: { read: [{ shows: /"method":"read","params":\{"stream":"modbus"\}/ }] },
  },
  'push-attributes.json': {
    buttons: {
      '25': [
        attributes(/"temperature".*"threshold":25/),
        { at: 'our own push', shows: /^\{"threshold":25\}$/, topic: /DU_thermostat/ },
      ],
      '{relay, threshold}': [
        attributes(/"temperature".*"relay":true,"threshold":24/),
        { shows: /^\{"relay":true,"threshold":24\}$/ },
      ],
      'two devices': [
        { at: 'our own push', shows: /"label":"hall"/, topic: /DU_camera0001/ },
        { at: 'our own push', shows: /"label":"hall"/, topic: /DU_modbusgate/ },
      ],
    },
  },
  'receive-messages.json': {
    shows: {
      attributes: /"temperature":/,
      number: /^[\d.]+$/,
      event: /"method":"motion"/,
      msg: /"type":"online"|"type":"alarm"/,
    },
  },
  'set-point-survives-outage.json': {
    buttons: {
      '21 °C': [{ shows: /^21$/ }],
      '24 °C': [{ shows: /^24$/ }],
      '18 … 27 °C at once': [{ at: 'acknowledged by the broker', shows: /^27$/ }],
    },
  },
  'several-node-reds.json': {
    buttons: { '100 numbers': [{ at: 'number', shows: /^100$/ }] },
  },
  'silent-devices.json': {
    changes: {
      'who is offline?': { repeat: '0.5' },
      'who is silent?': { repeat: '0.5' },
      'warmer than 10 °C?': { repeat: '0.5' },
      silent: { where: [{ field: 'silent', op: 'gt', value: 1 }] },
    },
    buttons: {
      'who is offline?': [{ shows: /"device":"DU_(sleeper|flapper)001","known":true,"online":false/ }],
      'who is silent?': [{ shows: /DU_\w+: \d+ s/ }],
      'warmer than 10 °C?': [{ shows: /"device":"DU_(flapper001|thermostat)"/ }],
    },
  },
  'sleeping-device.json': {
    // The meter sleeps for 5 s here. If nothing is known of it yet, the command is sent until it wakes up.
    changes: { 'hold for 5 min': { timeout: 0.4, retries: 30 } },
    buttons: {
      'read the meter': [{ shows: /"method":"read","params":\{"volume":\d+\}/ }],
      'open the valve': [{ shows: /^2$/ }],
    },
    statuses: { 'hold for 5 min': /held|waiting|connected/ },
  },
  'switch-by-type.json': {
    shows: { log: /^DU_\w+ reports \{/ },
    buttons: { identify: [{ at: 'log', shows: /^DU_thermostat replies to command \d+$/ }] },
  },
  'tour.json': {
    changes: { 'silent for 20 s': { after: 2 } },
    shows: {
      'silent, then heard again': /"device":"DU_quiet00001","silent":true/,
      attributes: /\{/,
      event_report: /"method":"motion"/,
      command_reply: /"method":"setThreshold"/,
      data: /./,
      alarm: /"alerting":/,
      online: /"online":/,
    },
    buttons: {
      'relay on': [
        attributes(/"temperature".*"relay":true/),
        { at: 'acknowledged', shows: /^DU_thermostat$/ },
      ],
      'relay off': [attributes(/"temperature".*"relay":false/)],
      '25 °C, every 30 s': [{ shows: /"params":\{"threshold":25\}/ }],
      'ask a silent device': [{ at: 'error code', shows: /^EZT_REPLY_TIMEOUT$/ }],
      'what is known?': [{ shows: /"device":"DU_thermostat","known":true/ }],
    },
  },
  'watch-silence.json': {
    changes: { 'silent for 20 s': { after: 2 } },
    shows: { 'in place of an e-mail node': /"topic":"DU_quiet00001 is silent"/ },
  },
  'watch-temperature.json': {
    changes: { 'above 29 °C for 10 s': { for: 0.5 } },
    shows: {
      'too warm': /"device":"DU_thermostat","attribute":"temperature","value":[\d.]+,"active":true/,
      'cool again': /"active":false/,
      pushed: /^false$/,
    },
  },
};

/** The nodes of `example` with the `changes` made; fails if one names no node, or no property that it has. */
export function withChanges(
  example: Example,
  changes: NonNullable<Expectation['changes']>,
): readonly ExampleNode[] {
  const byId = new Map<string, Readonly<Record<string, unknown>>>();
  for (const [name, properties] of Object.entries(changes)) {
    const node = named(example, name);
    for (const property of Object.keys(properties)) {
      if (!(property in node)) throw new Error(`${example.file}: ${name} has no property ${property}`);
    }
    byId.set(node.id, properties);
  }
  return example.nodes.map((node) => ({ ...node, ...byId.get(node.id) }));
}
