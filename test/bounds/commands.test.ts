import should from 'should';
import type { CommandOutSettings } from '../../nodes/ezt-command-out/settings';
import { turn } from '../cloud/send/settling';
import { sendingParts } from '../nodes/ezt-command-out/with-clock';
import { figure, inMB, MB, used } from './heap';

const COUNT = 10_000;
const IN_FLIGHT = 200;

describe('bounds of commands', function () {
  this.timeout(60_000);

  it('a list of 10,000 devices, half of them offline: 60 MB at most while they wait, and each ends once', async function () {
    const parts = sendingParts({ queue: COUNT, expiry: 600_000, inFlight: IN_FLIGHT });
    const devices = Array.from({ length: COUNT }, (_, i) => `DU_${i}`);
    const offline = (device: string) => Number(device.slice(3)) % 2 === 0;
    for (const device of devices) parts.tell(device, !offline(device));
    const before = used();
    parts.attach(65_535);
    const user = parts.user();
    const settings: CommandOutSettings = {
      ...{ device: '', method: '', params: 'payload', paramsType: 'msg', timeout: 60_000, qos: 1 },
      ...{ waitReply: true, retries: 1, whenOffline: 'hold', holdFor: 60_000, replaceHeld: false },
      ...{ oneAtATime: false, secondOutput: false },
    };
    let ended = 0;
    const all = devices.map((device) => {
      const command = { method: 'm', params: { value: 1 }, id: user.commandId(device) };
      const delivery = { device, command, timeout: 60_000, several: true };
      return parts.deliver(user, settings, delivery).then(() => {
        ended += 1;
      });
    });
    should(user.pending()).deepEqual({ queued: IN_FLIGHT, commands: COUNT / 2, held: COUNT / 2 });
    const grown = used() - before;
    should(grown).be.below(60 * MB);
    for (const device of devices) if (offline(device)) parts.tell(device, true);
    for (let done = 0; done < COUNT; ) {
      for (const one of parts.published.slice(done)) {
        one.settle();
        parts.reply(one);
        done += 1;
      }
      should(done - ended).be.belowOrEqual(IN_FLIGHT);
      await turn();
    }
    await Promise.all(all);
    should(ended).equal(COUNT);
    should(user.pending()).deepEqual({ queued: 0, commands: 0, held: 0 });
    should(parts.listening.size).equal(0);
    await parts.outbox.close();
    await parts.held.close();
    figure(this, `${inMB(grown)} for ${COUNT} commands`);
  });
});
