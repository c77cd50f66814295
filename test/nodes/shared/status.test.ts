import should from 'should';
import { until } from '../../support/events';
import { deploy, loadFlow, nodeOf, unload } from '../../support/flows';
import { credentials, palette, project, ready, tab } from '../../support/project';
import { type ScriptedBroker, startScriptedBroker } from '../../support/scripted-broker';
import {
  CONNECTED,
  CONNECTING,
  connected,
  DISCONNECTED,
  type Status,
  shows,
  statuses,
} from '../../support/statuses';

const NODES = ['in', 'attr', 'command'];
const WAITING = { fill: 'blue', shape: 'dot' };
const QUEUED = { fill: 'yellow', shape: 'dot' };

describe('status', () => {
  let broker: ScriptedBroker;

  beforeEach(async () => {
    broker = await startScriptedBroker();
  });
  afterEach(async () => {
    await unload();
    await broker.stop();
  });

  const flow = (name = '') => [
    ...tab(),
    ...project(broker),
    ...palette('ezt-in', 'in', { name }),
    ...palette('ezt-attr-out', 'attr', { name }),
    ...palette('ezt-command-out', 'command', { method: 'm', name }),
  ];
  const load = () =>
    loadFlow(flow(), { credentials: credentials({ key: 'PR_scripted', secret: 'secret', ca: broker.ca }) });
  const counted = (look: object, count: number) => (status: object) =>
    Object.entries(look).every(([name, value]) => Reflect.get(status, name) === value) &&
    new RegExp(`\\b${count}$`).test(String(Reflect.get(status, 'text')));
  const message = { device: 'DU_1', payload: { a: 1 } };

  it('connecting, then connected', async () => {
    await load();
    await ready(...NODES);
    for (const id of NODES) should(statuses(id)).deepEqual([CONNECTING, CONNECTED]);
  });

  it('connecting until the subscriptions are answered', async () => {
    broker.on.subscribe = () => undefined;
    await load();
    const { messageId = 0, subscriptions } = await broker.packet('subscribe');
    should(statuses('in')).deepEqual([CONNECTING]);
    for (const packet of broker.packets('subscribe')) {
      const granted = packet.subscriptions.map(() => 1);
      broker.current.send({ cmd: 'suback', messageId: packet.messageId ?? messageId, granted });
    }
    should(subscriptions.length).be.above(0);
    await connected('in');
  });

  it('disconnected when the connection is lost, then connecting and connected again', async () => {
    await load();
    await ready(...NODES);
    broker.current.destroy();
    await until(() => statuses('in').length > 3, 5000, 'the return');
    await ready(...NODES);
    for (const id of NODES) {
      should(statuses(id).slice(-4)).deepEqual([CONNECTED, DISCONNECTED, CONNECTING, CONNECTED]);
    }
  });

  it('a subscription that the broker refuses: its nodes say so, the others go on', async () => {
    broker.on.subscribe = ({ subscriptions, messageId = 0 }, connection) =>
      connection.send({
        cmd: 'suback',
        messageId,
        granted: subscriptions.map(({ topic }) => (topic.endsWith('/attributes') ? 0x87 : 1)),
      });
    await load();
    const { text = '' } = await shows('in', ({ fill, shape }) => fill === 'red' && shape === 'ring');
    should(text).match(/subscription/);
    await ready('attr', 'command');
  });

  it('commands that await their reply, with the count', async () => {
    await load();
    await ready(...NODES);
    for (let i = 0; i < 3; i += 1) nodeOf('command').receive({ ...message });
    await shows('command', counted(WAITING, 3));
    const sent = await until(
      () => broker.packets('publish').length === 3 && broker.packets('publish'),
      5000,
      'the commands',
    );
    for (const [i, { payload }] of sent.entries()) {
      broker.current.deliver('open/PR_scripted/DU_1/command_reply', payload);
      if (i < 2) await shows('command', counted(WAITING, 2 - i));
    }
    await connected('command');
    should(statuses('attr')).deepEqual([CONNECTING, CONNECTED]);
  });

  it('messages that wait for the broker, with the count, offline and unacknowledged', async () => {
    await load();
    await ready(...NODES);
    broker.on.publish = () => undefined;
    for (let i = 0; i < 2; i += 1) nodeOf('attr').receive({ ...message });
    await shows('attr', counted(QUEUED, 2));
    const answer = broker.on.connect;
    broker.on.connect = () => undefined;
    broker.current.destroy();
    await shows('in', ({ fill }) => fill !== 'green');
    nodeOf('attr').receive({ ...message, device: ['DU_1', 'DU_2'] });
    nodeOf('command').receive({ ...message });
    await shows('attr', counted(QUEUED, 4));
    await shows('command', counted(QUEUED, 1));
    should(answer).be.undefined();
    delete broker.on.connect;
    delete broker.on.publish;
    for (const connection of broker.connections) connection.destroy();
    await connected('attr');
    await shows('command', counted(WAITING, 1));
  });

  describe('of what is wrong', () => {
    const refuse = (_packet: unknown, connection: { connack(code: number): void }) =>
      connection.connack(0x86);
    it('is the reason first and the count after, as soon as messages wait', async () => {
      broker.on.connect = refuse;
      await load();
      const wrong = ({ fill, shape, reason }: Status) =>
        fill === 'red' && shape === 'ring' && reason === 'credentials';
      await shows('attr', wrong);
      for (let i = 0; i < 3; i += 1) nodeOf('attr').receive({ ...message });
      const shown = await shows('attr', (status) => wrong(status) && /3$/.test(status.text ?? ''));
      should(shown.text).match(/^credentials · .*3$/);
      should((await shows('command', wrong)).text).equal('credentials');
    });
  });

  it('a redeployed node shows its own status, never one of its predecessor', async () => {
    await load();
    await ready(...NODES);
    for (const type of ['nodes', 'full'] as const) {
      nodeOf('command').receive({ ...message });
      nodeOf('command').receive({ ...message });
      await shows('command', counted(WAITING, 2));
      broker.on.publish = () => undefined;
      nodeOf('attr').receive({ ...message });
      await shows('attr', counted(QUEUED, 1));
      delete broker.on.publish;
      const before = Object.fromEntries(NODES.map((id) => [id, statuses(id).length]));
      await deploy(flow(type), type);
      await ready(...NODES);
      // Whatever a predecessor still has to say it says within its interval: later than this message's status.
      nodeOf('command').receive({ ...message });
      await shows('command', counted(WAITING, 1));
      broker.current.deliver(
        'open/PR_scripted/DU_1/command_reply',
        broker.packets('publish').at(-1)?.payload ?? '',
      );
      await connected('command');
      for (const id of NODES) {
        const since = statuses(id).slice(before[id]);
        const own = type === 'full' ? [CONNECTING, CONNECTED] : [CONNECTED];
        should(since.slice(0, own.length)).deepEqual(own, `${id}, ${type}`);
        if (id !== 'command') should(since.length).equal(own.length);
      }
    }
  });
});
