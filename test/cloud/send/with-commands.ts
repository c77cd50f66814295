import type { CommandReply } from '../../../cloud/protocol/messages';
import { type Commands, createCommands } from '../../../cloud/send/commands';
import type { SendCommand } from '../../../cloud/send/pending-command';
import { type Clock, stopClock } from './clock';

export const reply = (id: string | number, params: unknown = {}): CommandReply => ({
  method: 'm',
  params,
  id,
});

/** Sends at once, and the broker acknowledges at once. */
export const acknowledged: SendCommand = ({ sent }) => {
  sent();
  return Promise.resolve();
};

/** Gives each test of the suite commands of its own and a stopped clock. `request` asks for a reply within 1 s. */
export function withCommands(give: (commands: Commands, clock: Clock) => void) {
  let clock: Clock;
  let commands: Commands;
  const owner = {};
  beforeEach(() => {
    clock = stopClock();
    commands = createCommands();
    give(commands, clock);
  });
  afterEach(() => clock.restore());
  return {
    owner,
    offer: (device: string, given: CommandReply, retained = false) => commands.offer(device, given, retained),
    request: (device: string, id: number, send = acknowledged, by: object = owner, retries = 0) =>
      commands.request(device, { method: 'm', id }, { timeout: 1000, retries }, send, by),
  };
}
