import type { Qos } from '../../cloud';
import { type ConfiguredDevices, configuredDevices } from '../shared/devices';
import { choice, qos, type Raw, text } from '../shared/raw-settings';

export interface AttrOutSettings {
  /** Empty: `msg.device`. */
  device: ConfiguredDevices;
  /** Empty: the payload is the object of attributes. */
  attribute: string;
  /** While there is no connection, only the newest value of each attribute waits. */
  latest: boolean;
  qos: Qos;
}

/** Settings of `ezt-attr-out`. Throws `EZT_CONFIG`. */
export function attrOutSettings(raw: Raw): AttrOutSettings {
  return {
    device: configuredDevices(raw),
    attribute: text(raw, 'attribute'),
    latest: choice(raw, 'keep') === 'latest',
    qos: qos(raw),
  };
}
