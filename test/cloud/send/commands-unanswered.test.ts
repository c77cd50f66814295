import should from 'should';
import type { CommandReply } from '../../../cloud/protocol/messages';
import type { Commands } from '../../../cloud/send/commands';
import type { Clock } from './clock';
import { rejection, turn } from './settling';
import { reply, withCommands } from './with-commands';

describe('commands', () => {
  let clock: Clock;
  let commands: Commands;
  const { offer, request } = withCommands((made, stopped) => {
    commands = made;
    clock = stopped;
  });

  describe('what does not answer', () => {
    const names = (method: string | undefined): CommandReply => ({ ...reply(7), ...(method && { method }) });
    const { method: _, ...nameless } = reply(7);
    const rows: [what: string, reply: CommandReply, retained: boolean, says: RegExp][] = [
      ['a retained reply', reply(7), true, /: 1; the last one was retained by the broker/],
      ['a reply that names another method', names('other'), false, /of another method: "other"\.$/],
      ['a reply with another id', reply('8'), false, /another id: "8"\.$/],
      ['a long id', reply('8'.repeat(1000)), false, /another id: "8{39}\.$/],
      ['line ends in a method', names('a\nb'), false, /of another method: "a\\nb"\.$/],
    ];
    for (const [what, given, retained, says] of rows) {
      it(`${what}: the command goes on waiting, and its error says what came`, async () => {
        const answer = rejection(request('DU_1', 7));
        offer('DU_1', given, retained).should.be.false();
        await turn();
        clock.pass(1000);
        const { code, message } = await answer;
        code.should.equal('EZT_REPLY_TIMEOUT');
        message.should.match(says);
      });
    }

    it('a reply from before the command was sent, though the id is the same', async () => {
      let send: () => void = () => undefined;
      const answer = request('DU_1', 1, ({ sent }) => {
        send = sent;
        return new Promise<void>(() => undefined);
      });
      offer('DU_1', reply(1, 'earlier')).should.be.false();
      send();
      offer('DU_1', reply(1, 'ours')).should.be.true();
      should((await answer).reply.params).equal('ours');
    });

    it('what cannot be read: counted for each command of the device', async () => {
      const [one, two] = [rejection(request('DU_1', 7)), rejection(request('DU_1', 8))];
      const other = rejection(request('DU_2', 7));
      commands.unreadable('DU_1', 'not JSON');
      commands.unreadable('DU_1', 'no id');
      await turn();
      clock.pass(1000);
      for (const error of [await one, await two])
        error.message.should.match(/: 2; the last one cannot be read: no id\.$/);
      (await other).reason.should.equal('replyTimeout');
    });

    it('a reply without a method counts', async () => {
      const answer = request('DU_1', 7);
      offer('DU_1', nameless as CommandReply).should.be.true();
      await answer;
    });
  });
});
