import should from 'should';
import { until } from '../../support/events';
import { loadFlow, nodeOf, unload } from '../../support/flows';
import { credentials, next, palette, project, ready, statusOf, tab } from '../../support/project';
import { type ScriptedBroker, startScriptedBroker } from '../../support/scripted-broker';

describe('ezt-command-out: which reply counts', () => {
  let broker: ScriptedBroker;

  beforeEach(async () => {
    broker = await startScriptedBroker();
  });
  afterEach(async () => {
    await unload();
    await broker.stop();
  });

  async function start(properties: object = {}) {
    const flow = [
      ...tab(),
      ...project(broker),
      ...palette('ezt-command-out', 'out', { timeout: 0.1, ...properties }),
      ...palette('ezt-attr-out', 'attr'),
    ];
    await loadFlow(flow, { credentials: credentials({ key: 'PR_scripted', secret: 's', ca: broker.ca }) });
    await ready('out');
  }
  const TOPIC = 'open/PR_scripted/DU_1/command_reply';
  const isCommand = (topic: string) => topic.endsWith('/command_send');
  /** The id of the API page's example: not of our making, and the same each time. */
  const command = () =>
    nodeOf('out').receive({ device: 'DU_1', payload: { method: 'open', params: {}, id: 1 } });
  /** What the device sends when it gets the command. */
  function answered(...replies: (readonly [payload: string, retain?: boolean])[]) {
    broker.on.publish = (packet, connection) => {
      connection.answer(packet);
      for (const [payload, retain = false] of replies) connection.deliver(TOPIC, payload, { retain });
    };
  }

  it('one without a method', async () => {
    answered(['{"id":"1","result":0}\0']);
    await start();
    const seen = await next('out.got', command);
    should(seen).containEql({ device: 'DU_1', id: 1, type: 'command_reply' });
    should(seen.payload).eql({ params: {}, id: '1', result: 0 });
  });

  const rows: [what: string, replies: (readonly [string, boolean?])[], says: RegExp][] = [
    ['nothing', [], /No reply from DU_1 within 0\.1 s\.$/],
    [
      'a retained one',
      [['{"method":"open","params":{},"id":1}', true]],
      /: 1; the last one was retained by the broker/,
    ],
    [
      'one of another method',
      [['{"method":"close","id":1}']],
      /: 1; the last one is of another method: "close"\.$/,
    ],
    ['one with another id', [['{"method":"open","id":2}']], /: 1; the last one has another id: 2\.$/],
    ['what is not JSON', [['{"id":1'], ['OK']], /: 2; the last one cannot be read: not JSON\.$/],
    ['one without an id', [['{"method":"open"}']], /: 1; the last one cannot be read: no id\.$/],
    [
      'one whose method is a number',
      [['{"method":1,"id":1}']],
      /: 1; the last one cannot be read: the method is not text\.$/,
    ],
  ];
  for (const [what, replies, says] of rows) {
    it(`not ${what}: EZT_REPLY_TIMEOUT says what came`, async () => {
      answered(...replies);
      await start();
      const { error } = await next('errors', command);
      should(error?.code).equal('EZT_REPLY_TIMEOUT');
      should(error?.message).match(says);
    });
  }

  it('not one that is here before the command goes out', async () => {
    broker.on.connect = (_packet, connection) => connection.connack(0, { receiveMaximum: 1 });
    let held: (() => void) | undefined;
    broker.on.publish = (packet, connection) => {
      if (!isCommand(packet.topic)) held = () => connection.answer(packet);
      else {
        connection.answer(packet);
        connection.deliver(TOPIC, '{"method":"open","params":"ours","id":1}');
      }
    };
    await start({ timeout: 10 });
    nodeOf('attr').receive({ device: 'DU_1', payload: { a: 1 } });
    const release = await until(() => held, 5000, 'the push that keeps the command waiting');
    const seen = next('out.got', command);
    await until(async () => (await statusOf('cloud')).commands === 1, 5000, 'the command');
    broker.current.deliver(TOPIC, '{"method":"open","params":"earlier","id":1}');
    await until(async () => (await statusOf('cloud')).counters.unmatchedReplies === 1, 5000, 'the reply');
    release();
    should((await seen).payload).eql({ method: 'open', params: 'ours', id: 1 });
  });
});
