import should from 'should';
import type { KnownDevice } from '../../cloud/devices/known-device';
import { openHolding } from '../../cloud/holding';
import type { Listener } from '../../cloud/subscriptions/listener';

describe('what held commands listen to', () => {
  let listening: Set<Listener>;
  beforeEach(() => {
    listening = new Set();
  });
  const open = () =>
    openHolding(
      {
        username: 'PR_1',
        queue: { limit: 1000, expiry: 1000, rate: 0 },
        onError(error) {
          throw error;
        },
      },
      {
        listeners: {
          add: (listener) => void listening.add(listener),
          remove: (listener) => void listening.delete(listener),
        },
        memory: {
          keep: () => () => undefined,
          get: (device) => ({ device, online: false, onlineAt: 1, lastSeen: 1 }) as KnownDevice,
        },
        outbox: { add: () => Promise.resolve(0) },
        sent: { on: () => undefined, off: () => undefined },
      },
    );
  const hear = (device: string) => {
    const heard = { device, channel: 'attributes', payload: {}, timestamp: 1, alive: true } as const;
    for (const { devices, observe } of [...listening])
      if (devices.length === 0 || devices.includes(device)) observe?.(heard);
  };

  for (const count of [1, 100, 101, 500]) {
    it(`${count} devices: ${count <= 100 ? 'each of them' : 'all there are'}, and nothing afterwards`, async () => {
      const held = open();
      const sent: string[] = [];
      const devices = Array.from({ length: count }, (_, i) => `DU_${i}`);
      const all = devices.map((device) =>
        held.hold(
          {
            device,
            method: 'm',
            message: { topic: 't', payload: Buffer.of(), qos: 1 },
            holdFor: 60_000,
            replaces: false,
          },
          async () => void sent.push(device),
          {},
        ),
      );
      should([...listening].some((listener) => listener.devices.length === 0)).equal(count > 100);
      should(listening.size).equal(Math.min(count, 101));
      for (const device of devices) {
        hear('DU_other');
        hear(device);
        should(sent.at(-1)).equal(device);
      }
      await Promise.all(all);
      should([listening.size, sent.length, held.size()]).deepEqual([0, count, 0]);
    });
  }
});
