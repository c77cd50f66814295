import should from 'should';
import { until } from '../../support/events';
import { loadFlow, nodeOf, unload } from '../../support/flows';
import { needs } from '../../support/machine';
import { type Mosquitto, startMosquitto } from '../../support/mosquitto';
import { credentials, palette, project, ready, record, tab } from '../../support/project';
import { type ScriptedBroker, startScriptedBroker } from '../../support/scripted-broker';
import { watchSettling } from '../../support/settled';
import { connected } from '../../support/statuses';

describe('every incoming message ends exactly once', () => {
  let broker: ScriptedBroker;
  let settling: ReturnType<typeof watchSettling>;
  const key = 'PR_scripted';

  beforeEach(async () => {
    broker = await startScriptedBroker();
    settling = watchSettling('out');
  });
  afterEach(async () => {
    settling.stop();
    await unload();
    await broker.stop();
  });

  const flow = (type: string, properties: object = {}, config: object = {}) => [
    ...tab('out'),
    ...project(broker, { ...config }),
    ...palette(type, 'out', { method: 'm', ...properties }),
    ...palette('ezt-in', 'in'),
  ];
  const secrets = () => credentials({ key, secret: 'secret', ca: broker.ca });

  async function start(type: string, properties: object = {}, config: object = {}): Promise<void> {
    await loadFlow(flow(type, properties, config), { credentials: secrets() });
    await ready('out');
  }
  const message = { device: 'DU_1', payload: { a: 1 } };
  const TYPES = ['ezt-attr-out', 'ezt-command-out'];

  for (const type of TYPES) {
    it(`${type}: what the broker takes and what it refuses, in Complete or Catch but never both`, async () => {
      await start(type, { waitReply: false });
      const [completed, errors] = [record('completed'), record('errors')];
      broker.on.publish = (packet, connection) =>
        connection.send({
          cmd: 'puback',
          messageId: packet.messageId ?? 0,
          reasonCode: packet.topic.includes('DU_no') ? 0x87 : 0,
        });
      for (let i = 0; i < 20; i += 1) settling.give({ ...message, device: i % 2 ? 'DU_no' : 'DU_1' });
      const outcomes = await settling.all();
      should(outcomes).deepEqual(Array.from({ length: 20 }, (_, i) => (i % 2 ? 'EZT_REFUSED' : 'done')));
      await until(() => completed.length + errors.length === 20, 5000, 'Catch and Complete');
      should(errors.map(({ error }) => error?.code)).deepEqual(Array(10).fill('EZT_REFUSED'));
      should(errors[0]?.error?.message).containEql('0x87');
      should(broker.connections.length).equal(1);
    });

    it(`${type}: the queue is full`, async () => {
      await start(type, { waitReply: false }, { queueLimit: 3 });
      broker.on.publish = () => undefined;
      for (let i = 0; i < 5; i += 1) settling.give(message);
      await until(() => settling.sofar().length === 2, 5000, 'the two too many');
      for (const { messageId = 0 } of await until(
        () => broker.packets('publish').length === 3 && broker.packets('publish'),
        5000,
        'the three',
      )) {
        broker.current.send({ cmd: 'puback', messageId });
      }
      const outcomes = await settling.all();
      should(outcomes).deepEqual(['done', 'done', 'done', 'EZT_QUEUE_FULL', 'EZT_QUEUE_FULL']);
    });

    it(`${type}: the broker never answers`, async () => {
      await start(type, { waitReply: false }, { queueExpiry: 0.2 });
      broker.on.publish = () => undefined;
      for (let i = 0; i < 5; i += 1) settling.give(message);
      should(await settling.all()).deepEqual(Array(5).fill('EZT_EXPIRED'));
    });

    it(`${type}: offline until it expires`, async () => {
      await start(type, {}, { queueExpiry: 0.2 });
      broker.on.connect = () => undefined;
      broker.current.destroy();
      settling.give(message);
      should(await settling.all()).deepEqual(['EZT_EXPIRED']);
    });

    it(`${type}: without a usable project, EZT_CONFIG`, async () => {
      await loadFlow(flow(type, { cloud: 'nowhere' }), { credentials: secrets() });
      settling.give(message);
      should(await settling.all()).deepEqual(['EZT_CONFIG']);
    });

    it(`${type}: a message nested too deep for Node-RED to clone`, async () => {
      await start(type, { waitReply: false });
      const deep: unknown = JSON.parse(`${'['.repeat(20_000)}${']'.repeat(20_000)}`);
      settling.give({ ...message, deep });
      settling.give({ ...message, payload: deep, method: undefined });
      const [first, second] = await settling.all();
      should([first, second]).deepEqual(['done', 'EZT_PAYLOAD']);
      settling.give(message);
      should(await settling.all()).deepEqual(['done', 'EZT_PAYLOAD', 'done']);
    });
  }

  it('a command whose reply never comes', async () => {
    await start('ezt-command-out', { timeout: 0.1 });
    settling.give(message);
    settling.give(message);
    should(await settling.all()).deepEqual(['EZT_REPLY_TIMEOUT', 'EZT_REPLY_TIMEOUT']);
  });

  it('a command whose replies the broker refuses', async () => {
    broker.on.subscribe = ({ subscriptions, messageId = 0 }, connection) =>
      connection.send({
        cmd: 'suback',
        messageId,
        granted: subscriptions.map(({ topic }) => (topic.includes('command_reply') ? 0x87 : 0)),
      });
    await loadFlow(flow('ezt-command-out'), { credentials: secrets() });
    await connected('in');
    settling.give(message);
    should(await settling.all()).deepEqual(['EZT_REFUSED']);
    broker.packets('publish').should.deepEqual([]);
  });
});

describe('every incoming message ends exactly once, mosquitto going and coming', function () {
  needs(this, 'mosquitto');
  this.timeout(60_000);
  let broker: Mosquitto;
  before(async () => {
    broker = await startMosquitto();
  });
  afterEach(unload);
  after(() => broker.stop());

  it('each is acknowledged in the end, none twice', async () => {
    const flow = [...tab('out'), ...project(broker), ...palette('ezt-attr-out', 'out')];
    await loadFlow(flow, { credentials: credentials(broker) });
    await ready('out');
    const settling = watchSettling('out');
    const give = (count: number) => {
      for (let n = 0; n < count; n += 1) settling.give({ device: 'DU_1', payload: { n } });
    };
    give(50);
    await broker.kill();
    give(50);
    await broker.restart();
    give(50);
    should(await settling.all(50_000)).deepEqual(Array(150).fill('done'));
    settling.stop();
    nodeOf('out').should.be.ok();
  });
});
