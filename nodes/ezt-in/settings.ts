import type { NodeAPI } from 'node-red';
import {
  CHANNELS,
  type Channel,
  type Choice,
  canReadGb18030,
  nameProblem,
  namesIn,
  type Qos,
  wordProblem,
} from '../../cloud';
import { allNames, bad, choice, list, qos, type Raw } from '../shared/raw-settings';

export interface InSettings {
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
}

/** Settings of `ezt-in`. Throws `EZT_CONFIG`. */
export function inSettings(RED: NodeAPI, raw: Raw): InSettings {
  const types = raw.types === undefined ? ['attributes'] : list(RED, raw, 'types');
  const channels = CHANNELS.filter((channel) => types.length === 0 || types.includes(channel));
  if (types.some((type) => !CHANNELS.some((channel) => channel === type)))
    throw bad('types', CHANNELS.join(', '));
  // Device names never hold a comma, so every text is split.
  const devices = new Set(list(RED, raw, 'devices').flatMap((item) => namesIn(item) ?? []));
  const dataFormat = choice(raw, 'dataFormat');
  if (dataFormat === 'gb18030' && !canReadGb18030())
    throw bad('dataFormat', 'a Node.js with full ICU for GB18030');
  return {
    devices: allNames('devices', [...devices], nameProblem),
    channels,
    streams: allNames('streams', list(RED, raw, 'streams'), nameProblem),
    attributes: allNames('attributes', list(RED, raw, 'attributes'), wordProblem),
    methods: allNames('methods', list(RED, raw, 'methods'), wordProblem),
    dataFormat,
    output: choice(raw, 'output'),
    own: choice(raw, 'own'),
    qos: qos(raw),
  };
}
