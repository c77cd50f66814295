import should from 'should';
import { createDeviceMemory } from '../../../cloud/devices/device-memory';
import { createAliases } from '../../../cloud/protocol/aliases';
import { topicParser } from '../../../cloud/protocol/topics';
import { createInbox } from '../../../cloud/receive/inbox';
import { createRecentMessages } from '../../../cloud/receive/recent-messages';
import type { Listener, Receiver } from '../../../cloud/subscriptions/listener';
import { createRouter } from '../../../cloud/subscriptions/router';
import type { Received } from '../../../cloud/transport/publish-packets';
import { turn } from '../send/settling';
import { createBroker } from '../subscriptions/broker';
import { receiver } from './receiver';

describe('inbox', () => {
  let acknowledged: number[];
  let paused: boolean;
  const connection = {
    ...createBroker().connection,
    acknowledge: ({ packetId }: Received) => void acknowledged.push(packetId),
  };
  beforeEach(() => {
    acknowledged = [];
    paused = false;
  });

  function open(replies: Receiver, isDuplicate = false, nameOf?: (device: string) => string | undefined) {
    const router = createRouter('PR_1', '');
    const recent = createRecentMessages();
    const flow = receiver();
    const listener: Listener = {
      devices: [],
      channels: ['data', 'command_reply'],
      streams: [],
      qos: 1,
      unshared: false,
      receiver: flow,
    };
    router.add(listener);
    const inbox = createInbox({
      project: '',
      names: () => nameOf,
      parse: topicParser('PR_1'),
      router,
      subscriptions: { isDuplicate: () => isDuplicate },
      memory: createDeviceMemory(),
      recent,
      ownPushes: { of: () => undefined },
      replies: () => replies,
      grouped: false,
      paused: () => paused,
      onError: (error) => {
        throw error;
      },
    });
    let packetId = 0;
    const receive = (path: string, text = '{}') => {
      packetId += 1;
      inbox.receive(connection, {
        topic: `open/PR_1/${path}`,
        payload: Buffer.from(text),
        qos: 1,
        retain: false,
        identifiers: [],
        packetId,
      });
    };
    return { inbox, receive, recent, flow: flow.messages, malformed: flow.malformed };
  }
  const reply = '{"method":"m","params":{},"id":7}';

  it('names a device that has an alias, also where its message is malformed, and no other', () => {
    const aliases = createAliases({ DU_1: { name: 'Pump 1' }, DU_3: { tags: ['north'] } });
    const { receive, flow, malformed } = open(receiver(), false, aliases.nameOf);
    receive('DU_1/data/s');
    receive('DU_2/data/s');
    receive('DU_3/data/s');
    receive('DU_1/command_reply', 'not JSON');
    should(flow.map(({ device, name }) => [device, name])).deepEqual([
      ['DU_1', 'Pump 1'],
      ['DU_2', undefined],
      ['DU_3', undefined],
    ]);
    should(flow.map((message) => 'name' in message)).deepEqual([true, false, false]);
    should(malformed.map(([, raw]) => raw.name)).deepEqual(['Pump 1']);
  });

  it('acknowledges in the turn after the hand-over, in order', async () => {
    const { receive, flow } = open(receiver());
    receive('DU_1/data/s');
    receive('DU_2/data/s');
    should([flow.length, acknowledged]).deepEqual([2, []]);
    await turn();
    should(acknowledged).deepEqual([1, 2]);
  });

  it('acknowledges at once what nobody can want: another topic, a second copy', () => {
    const other = open(receiver());
    other.receive('DU_1/whatever');
    const copies = open(receiver(), true);
    copies.receive('DU_1/data/s');
    should(acknowledged).deepEqual([1, 1]);
    should(other.inbox.counters).containEql({ received: 1, ignored: 1, delivered: 0 });
    should(copies.inbox.counters).containEql({ received: 1, duplicates: 1, delivered: 0 });
    should([other.flow, copies.flow]).deepEqual([[], []]);
  });

  it('keeps what it has handed over among the recent messages, also what is malformed or wanted by nobody', () => {
    const { inbox, receive, recent, flow } = open(receiver());
    const kept = () => recent.newest().map(({ device, body }) => `${device} ${body}`);
    receive('DU_1/data/s', 'x');
    receive('DU_1/command_reply', 'not JSON');
    receive('DU_2/alarm', '{"alerting":true}');
    receive('DU_1/whatever');
    should(kept()).deepEqual(['DU_2 {"alerting":true}', 'DU_1 not JSON', 'DU_1 x']);
    should(flow.length).equal(1);
    paused = true;
    receive('DU_3/data/s', 'later');
    should(kept().length).equal(3);
    paused = false;
    inbox.catchUp();
    should(kept()[0]).equal('DU_3 later');
  });

  it('while paused a reply reaches its command at once, the flow later, each of them once', async () => {
    const commands = receiver();
    const { inbox, receive, flow } = open(commands);
    paused = true;
    receive('DU_1/command_reply', reply);
    should([commands.messages.length, flow.length]).deepEqual([1, 0]);
    paused = false;
    inbox.catchUp();
    await turn();
    should([commands.messages.length, flow.length, acknowledged]).deepEqual([1, 1, [1]]);
  });

  it('a pause in the turn of the hand-over delays the acknowledgement until it is over', async () => {
    const { inbox, receive } = open(receiver());
    receive('DU_1/data/s');
    paused = true;
    await turn();
    should(acknowledged).deepEqual([]);
    paused = false;
    inbox.catchUp();
    should(acknowledged).deepEqual([1]);
  });

  it('closed, it neither hands over nor acknowledges', async () => {
    const { inbox, receive, flow } = open(receiver());
    paused = true;
    receive('DU_1/data/s');
    inbox.close();
    paused = false;
    inbox.catchUp();
    receive('DU_2/data/s');
    await turn();
    should([flow, acknowledged]).deepEqual([[], []]);
  });
});
