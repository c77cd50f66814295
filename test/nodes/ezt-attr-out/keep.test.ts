import should from 'should';
import { deploy, loadFlow, unload } from '../../support/flows';
import { logOf } from '../../support/log';
import { credentials, palette, project, ready, record, tab } from '../../support/project';
import { startProxy, type TcpProxy } from '../../support/proxy';
import { type ScriptedBroker, startScriptedBroker } from '../../support/scripted-broker';
import { watchSettling } from '../../support/settled';
import { shows } from '../../support/statuses';

describe('ezt-attr-out: what waits while there is no connection', () => {
  let broker: ScriptedBroker;
  let proxy: TcpProxy;
  let settling: ReturnType<typeof watchSettling>;

  const flow = (keep: string, config: object = {}) => [
    ...tab('out'),
    ...project({ endpoint: `mqtts://127.0.0.1:${proxy.port}` }, { queueLimit: 3, ...config }),
    ...palette('ezt-attr-out', 'out', { keep }),
  ];
  const payloads = () =>
    broker.packets('publish').map(({ topic, payload }) => `${topic.split('/')[2]} ${payload}`);

  async function offline(keep: string, config?: object): Promise<void> {
    await loadFlow(flow(keep, config), {
      credentials: credentials({ key: 'PR_scripted', secret: 'secret', ca: broker.ca }),
    });
    await ready('out');
    await proxy.refuse(true);
    proxy.cut();
    await shows('out', ({ fill }) => fill !== 'green');
  }

  beforeEach(async () => {
    broker = await startScriptedBroker();
    proxy = await startProxy(broker);
    settling = watchSettling('out');
  });
  afterEach(async () => {
    settling.stop();
    await unload();
    await proxy.stop();
    await broker.stop();
  });

  for (const queueStore of ['memory', 'disk'])
    it(`latest: a queue of 3 (${queueStore}) takes a hundred set-points, and only the newest are sent`, async () => {
      await offline('latest', { queueStore });
      const onward = record('out.got');
      const errors = record('errors');
      for (let n = 1; n <= 100; n += 1) settling.give({ device: ['DU_1', 'DU_2'], payload: { a: n } });
      settling.give({ device: 'DU_1', payload: { b: 1 } });
      await proxy.refuse(false);
      const outcomes = await settling.all(10_000);
      should(new Set(outcomes)).deepEqual(new Set(['done'])); // replaced or sent, never an error
      should(payloads().sort()).deepEqual(['DU_1 {"a":100}', 'DU_1 {"b":1}', 'DU_2 {"a":100}']);
      should(errors).be.empty();
      should(onward.map(({ payload }) => payload)).deepEqual([{ a: 100 }, { b: 1 }]);
      should(logOf('out', 'info').join()).match(/198 pushes were replaced/);
    });

  it('all: every push waits, and a queue that is full says so', async () => {
    await offline('all');
    for (const a of [1, 2, 3, 4]) settling.give({ device: 'DU_1', payload: { a } });
    await proxy.refuse(false);
    should(await settling.all(10_000)).deepEqual(['done', 'done', 'done', 'EZT_QUEUE_FULL']);
    should(payloads()).deepEqual(['DU_1 {"a":1}', 'DU_1 {"a":2}', 'DU_1 {"a":3}']);
  });

  it('what is not a choice is EZT_CONFIG', async () => {
    await offline('latest');
    await deploy(flow('newest'), 'nodes');
    settling.give({ device: 'DU_1', payload: { a: 1 } });
    should(await settling.all()).deepEqual(['EZT_CONFIG']);
  });
});
