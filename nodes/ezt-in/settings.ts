import { CHANNELS, type Channel, DATA_FORMATS, type DataFormat, isTopicLevel, type Qos } from '../../cloud';
import { bad, list, oneOf, qos, type Raw } from '../shared/raw-settings';

export interface InSettings {
  devices: string[];
  channels: Channel[];
  streams: string[];
  attributes: string[];
  methods: string[];
  dataFormat: DataFormat;
  output: 'message' | 'value';
  qos: Qos;
}

/** Settings of `ezt-in`. Throws `EZT_CONFIG`. */
export function inSettings(raw: Raw): InSettings {
  const types = raw.types === undefined ? ['attributes'] : list(raw, 'types');
  const channels = CHANNELS.filter((channel) => types.length === 0 || types.includes(channel));
  if (types.some((type) => !CHANNELS.some((channel) => channel === type)))
    throw bad('types', CHANNELS.join(', '));
  const [devices, streams] = [list(raw, 'devices'), list(raw, 'streams')];
  if (!devices.every(isTopicLevel)) throw bad('devices', 'usernames without / + #');
  if (!streams.every(isTopicLevel)) throw bad('streams', 'identifiers without / + #');
  return {
    devices,
    channels,
    streams,
    attributes: list(raw, 'attributes'),
    methods: list(raw, 'methods'),
    dataFormat: oneOf(raw, 'dataFormat', DATA_FORMATS, 'buffer'),
    output: oneOf(raw, 'output', ['message', 'value'], 'message'),
    qos: qos(raw),
  };
}
