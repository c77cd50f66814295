import type { Kind } from './device';

const round = (value: number): number => Math.round(value * 10) / 10;

/**
 * Readings that rise and fall over 24 reports; a `threshold` whose crossing is an alarm (by the platform's default
 * rule); a `relay` that obeys pushes, and cools while it is on.
 */
export const thermostat: Kind = {
  username: 'DU_thermostat',
  behave(device) {
    let threshold = 30;
    let relay: unknown = false;
    let phase = 0;

    const report = (): void => {
      const wave = Math.sin((phase * Math.PI) / 12);
      const cooling = relay === true || relay === 1 || relay === 'ON' ? 3 : 0;
      device.send('attributes', {
        temperature: round(26 + 6 * wave - cooling),
        humidity: round(55 - 10 * wave),
        relay,
        threshold,
      });
    };
    const setThreshold = (value: unknown): boolean => {
      if (typeof value !== 'number') return false;
      threshold = value;
      return true;
    };

    return {
      tick() {
        phase += 1;
        report();
      },
      pushed(attributes) {
        relay = attributes.get('relay') ?? relay;
        setThreshold(attributes.get('threshold'));
        report();
      },
      commands: {
        setThreshold({ value }) {
          if (!setThreshold(value)) return { error: 'value must be a number' };
          device.later(0, report);
          return { threshold };
        },
        identify: () => ({ model: 'thermostat', version: '1.0' }),
        reboot() {
          device.later(0, device.goOffline);
          device.later(1000, () => {
            device.goOnline();
            device.send('event_report', { method: 'booted', params: { reason: 'command' } });
          });
          return { rebooting: true };
        },
      },
    };
  },
};
