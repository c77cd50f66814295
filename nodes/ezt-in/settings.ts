import type { NodeAPI } from 'node-red';
import {
  type Aliases,
  CHANNELS,
  type Channel,
  type Choice,
  canReadGb18030,
  type Deadband,
  nameProblem,
  type Qos,
  readDeadband,
  wordProblem,
} from '../../cloud';
import { listenedDevices } from '../shared/devices';
import { allNames, bad, choice, flag, list, qos, type Raw, text } from '../shared/raw-settings';

export interface InSettings {
  /** Usernames; empty: every device. */
  devices: string[];
  channels: Channel[];
  streams: string[];
  attributes: string[];
  methods: string[];
  dataFormat: Choice<'dataFormat'>;
  output: Choice<'output'>;
  /** What this connection pushed itself. */
  own: Choice<'own'>;
  qos: Qos;
  /** First what is known. */
  initial: boolean;
  when: Choice<'when'>;
  /** `undefined` unless `when` asks for it. */
  deadband: Deadband | undefined;
  topic: Choice<'topic'>;
}

/** Settings of `ezt-in`. Throws `EZT_CONFIG`, and `EZT_DEVICE` for a tag or an alias that names no device. */
export function inSettings(RED: NodeAPI, raw: Raw, aliases: Aliases): InSettings {
  const types = raw.types === undefined ? ['attributes'] : list(RED, raw, 'types');
  const channels = CHANNELS.filter((channel) => types.length === 0 || types.includes(channel));
  if (types.some((type) => !CHANNELS.some((channel) => channel === type)))
    throw bad('types', CHANNELS.join(', '));
  const dataFormat = choice(raw, 'dataFormat');
  if (dataFormat === 'gb18030' && !canReadGb18030())
    throw bad('dataFormat', 'a Node.js with full ICU for GB18030');
  const when = choice(raw, 'when');
  return {
    devices: listenedDevices(aliases, 'devices', list(RED, raw, 'devices')),
    channels,
    streams: allNames('streams', list(RED, raw, 'streams'), nameProblem),
    attributes: allNames('attributes', list(RED, raw, 'attributes'), wordProblem),
    methods: allNames('methods', list(RED, raw, 'methods'), wordProblem),
    dataFormat,
    output: choice(raw, 'output'),
    own: choice(raw, 'own'),
    qos: qos(raw),
    initial: flag(raw, 'initial', false),
    when,
    deadband: when === 'deadband' ? deadband(raw) : undefined,
    topic: choice(raw, 'topic'),
  };
}

function deadband(raw: Raw): Deadband {
  const read = readDeadband(typeof raw.deadband === 'number' ? raw.deadband : text(raw, 'deadband'));
  if (!read) throw bad('deadband', '0.5, 5%');
  return read;
}
