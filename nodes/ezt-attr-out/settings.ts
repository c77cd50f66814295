import type { Qos } from '../../cloud';
import { type ConfiguredDevices, configuredDevices } from '../shared/devices';
import { qos, type Raw, text } from '../shared/raw-settings';

export interface AttrOutSettings {
  /** Empty: `msg.device`. */
  device: ConfiguredDevices;
  /** Empty: the payload is the object of attributes. */
  attribute: string;
  qos: Qos;
}

/** Settings of `ezt-attr-out`. Throws `EZT_CONFIG`. */
export function attrOutSettings(raw: Raw): AttrOutSettings {
  return { device: configuredDevices(raw), attribute: text(raw, 'attribute'), qos: qos(raw) };
}
