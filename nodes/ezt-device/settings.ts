import type { Choice, ConfiguredRule } from '../../cloud';
import { type ConfiguredDevices, configuredDevices } from '../shared/devices';
import { choice, type Raw } from '../shared/raw-settings';
import { configuredRules } from './where';

export interface DeviceSettings {
  /** Empty: `msg.device`; `*`: every known device. */
  device: ConfiguredDevices;
  /** All must hold. */
  where: readonly ConfiguredRule[];
  output: Choice<'deviceOutput'>;
}

/** Settings of `ezt-device`. Throws `EZT_CONFIG`. */
export function deviceSettings(raw: Raw): DeviceSettings {
  return {
    device: configuredDevices(raw),
    where: configuredRules(raw),
    output: choice(raw, 'deviceOutput', 'output'),
  };
}
