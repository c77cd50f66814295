import { type Mosquitto, startMosquitto } from '../../support/mosquitto';
import type { MosquittoOptions } from '../../support/mosquitto-config';
import { deviceOf } from '../../support/project';

export type Device = ReturnType<typeof deviceOf>;

/** Starts mosquitto before the tests of the suite and stops it after them; `device` sends what devices send. */
export function withPlatform(
  give: (broker: Mosquitto, device: Device) => void,
  options?: MosquittoOptions,
): void {
  let broker: Mosquitto;
  before(async () => {
    broker = await startMosquitto(options);
    give(broker, deviceOf(await broker.platform(), broker.key));
  });
  after(() => broker.stop());
}
