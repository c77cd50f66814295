import should from 'should';
import { until } from '../../support/events';
import { deploy, loadFlow, unload } from '../../support/flows';
import { credentials, palette, project, ready, record, tab } from '../../support/project';
import { type ScriptedBroker, startScriptedBroker } from '../../support/scripted-broker';
import { shows } from '../../support/statuses';

describe('a deploy that changes the aliases', () => {
  let broker: ScriptedBroker;
  const key = 'PR_scripted';
  const secrets = () => ({ credentials: credentials({ key, secret: 's', ca: broker.ca }) });
  beforeEach(async () => {
    broker = await startScriptedBroker();
  });
  afterEach(async () => {
    await unload();
    await broker.stop();
  });

  const flow = (north: string[], properties: object = {}) => [
    ...tab(),
    ...project(broker, {
      aliases: Object.fromEntries(north.map((name) => [name, { name: `is ${name}`, tags: ['north'] }])),
      ...properties,
    }),
    ...palette('ezt-in', 'north', { devices: ['#north'] }),
    ...palette('ezt-in', 'other', { devices: ['DU_8'] }),
    ...palette('ezt-command-out', 'out', { device: 'DU_8', method: 'm' }),
  ];
  const subscribed = () =>
    broker.packets('subscribe').flatMap(({ subscriptions }) => subscriptions.map(({ topic }) => topic));
  const topic = (device: string) => `open/${key}/${device}/attributes`;

  it('changes the subscriptions of a tag, and neither the connection nor those of other nodes', async () => {
    await loadFlow(flow(['DU_1', 'DU_2']), secrets());
    await ready('north', 'other', 'out');
    should(subscribed()).have.length(4);
    await deploy(flow(['DU_1', 'DU_2', 'DU_3']), 'nodes');
    await until(() => subscribed().length > 4, 5000, 'the new subscription');
    should(subscribed().slice(4)).eql([topic('DU_3')]);
    await deploy(flow(['DU_1', 'DU_3']), 'nodes');
    await broker.packet('unsubscribe');
    await ready('north', 'other', 'out');
    should(broker.packets('unsubscribe').flatMap(({ unsubscriptions }) => unsubscriptions)).eql([
      topic('DU_2'),
    ]);
    should([subscribed().length, broker.sockets.total]).eql([5, 1]);
    const got = record('north.got');
    broker.current.deliver(topic('DU_3'), '{"n":1}');
    await until(() => got.length === 1, 5000, 'the message');
    should(got[0]?.name).equal('is DU_3');
  });

  it('loses no message that comes meanwhile, and brings the new name', async () => {
    await loadFlow(flow(['DU_1', 'DU_8']), secrets());
    await ready('north', 'other', 'out');
    const got = record('other.got');
    let n = 0;
    const send = () => {
      n += 1;
      broker.current.deliver(topic('DU_8'), JSON.stringify({ n }), { qos: 1 });
    };
    const sending = setInterval(send, 1);
    try {
      await until(() => got.length > 0, 5000, 'a message');
      await deploy(flow([], { aliases: { DU_8: { name: 'Eight', tags: ['north'] } } }), 'nodes');
      await until(() => got.some(({ name }) => name === 'Eight'), 5000, 'a message with the new name');
    } finally {
      clearInterval(sending);
    }
    await until(() => got.length === n, 5000, 'every message');
    should(got.map(({ payload }) => Object(payload).n)).eql(Array.from({ length: n }, (_, i) => i + 1));
    should([...new Set(got.map(({ name }) => name))]).eql(['is DU_8', 'Eight']);
    await until(() => broker.packets('puback').length === n, 5000, 'all to be acknowledged');
    should(broker.sockets.total).equal(1);
  });

  const others: [what: string, properties: object][] = [
    ['something else', { keepalive: 31 }],
    ['the label as well', { name: 'Plant' }],
    ['the secret as well', { credentials: { projectKey: key, projectSecret: 'another' } }],
    ['the table into none', { aliases: [] }],
  ];
  for (const [what, properties] of others) {
    it(`and ${what} ends the connection`, async () => {
      await loadFlow(flow(['DU_1']), secrets());
      await ready('north', 'other', 'out');
      const first = broker.current;
      await deploy(flow(['DU_1', 'DU_2'], properties), 'nodes');
      await until(() => !first.open, 5000, 'the end of the connection');
      if ('aliases' in properties)
        await shows('other', { fill: 'red', shape: 'ring', text: 'aliasesInvalid' });
      else await ready('north', 'other', 'out');
    });
  }

  it('and deletes every user ends the connection', async () => {
    await loadFlow(flow(['DU_1']), secrets());
    await ready('north', 'other', 'out');
    const first = broker.current;
    await deploy([...tab(), ...project(broker, { aliases: { DU_1: { name: 'a' } } })], 'nodes');
    await until(() => !first.open, 5000, 'the end of the connection');
    should(broker.sockets.total).equal(1);
  });
});
