import should from 'should';
import type { RawMessage, ValueMessage } from '../../cloud';
import { EztError } from '../../cloud/protocol/errors';
import { createReplyReceiver } from '../../cloud/reply-receiver';
import { createCommands } from '../../cloud/send/commands';

describe('the receiver of command replies', () => {
  const reply = (id: number) =>
    ({ device: 'DU_1', payload: { id, params: { n: id } }, retain: false }) as unknown as ValueMessage;

  function request() {
    const commands = createCommands();
    const counted = { unmatchedReplies: 0 };
    const receiver = createReplyReceiver(commands, counted);
    const answer = commands.request(
      'DU_1',
      { method: 'm', id: 7 },
      { timeout: 50, retries: 0 },
      async (watch) => watch.sent(),
      {},
    );
    return { receiver, counted, answer };
  }

  it('gives a command its reply, and counts what answers none: another id, and a second one', async () => {
    const { receiver, counted, answer } = request();
    receiver.onMessage(reply(8));
    receiver.onMessage(reply(7));
    receiver.onMessage(reply(7));
    should((await answer).reply.params).deepEqual({ n: 7 });
    should(counted.unmatchedReplies).equal(2);
  });

  it('lets a command that gets no other reply say why one could not be read', async () => {
    const { receiver, counted, answer } = request();
    const malformed = new EztError('malformed', { channel: 'command_reply', what: 'not JSON' });
    receiver.onMalformed(malformed, { device: 'DU_1' } as RawMessage);
    await should(answer).be.rejectedWith(/not JSON/);
    should(counted.unmatchedReplies).equal(0);
  });
});
