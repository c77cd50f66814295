import helper from 'node-red-node-test-helper';
import should from 'should';
import { until } from '../../support/events';
import { deploy, type Flow, loadFlow, nodeOf, unload } from '../../support/flows';
import { needs } from '../../support/machine';
import { type Mosquitto, startMosquitto } from '../../support/mosquitto';
import { credentials, deviceOf, palette, project, ready, record, statusOf, tab } from '../../support/project';

/** The contract: closing takes at most so many ms. */
const CLOSE_BOUND = 3000;
const DEPLOYS = 100;

describe('deploy', function () {
  needs(this, 'mosquitto', 'linux');
  this.timeout(60_000);
  let broker: Mosquitto;

  before(async () => {
    broker = await startMosquitto({ config: ['max_queued_messages 0'] });
  });
  after(() => broker.stop());
  afterEach(async () => {
    await unload();
    await until(() => broker.connections() === 0, CLOSE_BOUND, 'the connection to close');
  });

  /** Numbered messages of two devices, published without a pause while `change` runs and a little longer. */
  async function stream(change: () => Promise<unknown>): Promise<number> {
    const device = deviceOf(await broker.platform(), broker.key);
    const published: Promise<unknown>[] = [];
    let n = 0;
    const publish = () => {
      published.push(device('DU_1/attributes', { n }), device('DU_2/attributes', { n }));
      n += 1;
    };
    const timer = setInterval(publish, 1);
    await change().finally(() => clearInterval(timer));
    for (let more = 0; more < 20; more += 1) publish();
    await Promise.all(published);
    return n;
  }

  for (const protocol of ['5', '3.1.1']) {
    for (const type of ['nodes', 'flows'] as const) {
      it(`of modified ${type} keeps the connection; nothing is lost or doubled for the others, MQTT ${protocol}`, async () => {
        const second = { id: 'tab 2', type: 'tab', label: 'Changed' };
        const changing = (properties: object) =>
          palette('ezt-in', 'changing', { ...properties }).map((node) => ({ ...node, z: 'tab 2' }));
        const flow = (...more: Flow): Flow => [
          ...tab(),
          second,
          ...project(broker, { protocol }),
          ...palette('ezt-in', 'one', { devices: ['DU_1'] }),
          ...palette('ezt-in', 'both', { devices: ['DU_1', 'DU_2'] }),
          ...palette('ezt-attr-out', 'out'),
          ...more,
        ];
        await loadFlow(flow(...changing({ devices: ['DU_1'] })), { credentials: credentials(broker) });
        await ready('one', 'both', 'changing');
        const { accepted } = broker;
        const [one, both] = [record('one.got'), record('both.got')];
        const kept = nodeOf('both');
        const devices = ['DU_1/attributes', 'DU_2/attributes'];
        const steps: [changed: Flow, filters: string[]][] = [
          [changing({ devices: ['DU_2'] }), devices],
          [changing({ devices: [] }), ['+/attributes']], // the wildcard takes the place of the devices
          [changing({ types: ['online'] }), ['+/online', ...devices]],
          [[], devices],
          [changing({ types: ['attributes', 'alarm'] }), ['+/alarm', '+/attributes']],
          [[], devices],
        ];
        const sent = await stream(async () => {
          for (const [changed, filters] of [...steps, ...steps]) {
            await deploy(flow(...changed), type);
            const wanted = filters.map((filter) => `open/${broker.key}/${filter}`).join(' ');
            const held = async () =>
              Object.keys((await statusOf('cloud')).filters)
                .sort()
                .join(' ');
            await until(async () => (await held()) === wanted, 5000, wanted);
          }
        });
        await until(() => both.length >= 2 * sent && one.length >= sent, 5000, 'the last messages');
        const numbers = Array.from({ length: sent }, (_, n) => n);
        for (const [messages, device] of [
          [one, 'DU_1'],
          [both, 'DU_1'],
          [both, 'DU_2'],
        ] as const) {
          const got = messages.filter((message) => message.device === device);
          should(got.map(({ payload }) => Object(payload).n)).deepEqual(numbers);
        }
        should(nodeOf('both')).equal(kept);
        should([broker.accepted, broker.connections()]).deepEqual([accepted, 1]);
      });
    }
  }

  it('of a node that replaces the only one keeps the connection', async () => {
    const flow = (name: string) => [...tab(), ...project(broker), ...palette('ezt-in', 'in', { name })];
    await loadFlow(flow(''), { credentials: credentials(broker) });
    await ready('in');
    const { accepted } = broker;
    await deploy(flow('changed'), 'nodes');
    await ready('in');
    should([broker.accepted, broker.connections()]).deepEqual([accepted, 1]);
  });

  it('of a changed project opens another connection and closes the old one', async () => {
    const flow = (keepalive: number) => [
      ...tab(),
      ...project(broker, { keepalive }),
      ...palette('ezt-in', 'in'),
    ];
    await loadFlow(flow(30), { credentials: credentials(broker) });
    await ready('in');
    const { accepted } = broker;
    await deploy(flow(31), 'nodes');
    await ready('in');
    await until(() => broker.connections() === 1, CLOSE_BOUND, 'one connection');
    should(broker.accepted).equal(accepted + 1);
  });

  it(`in full, ${DEPLOYS} times in a row: one connection, no listener more, each within the bound`, async () => {
    const flow = [
      ...tab(),
      ...project(broker),
      ...palette('ezt-in', 'in'),
      ...palette('ezt-attr-out', 'attr'),
      ...palette('ezt-command-out', 'command'),
    ];
    await loadFlow(flow, { credentials: credentials(broker) });
    await ready('in', 'attr', 'command');
    const listeners = () =>
      [helper._events, process].map((emitter) =>
        emitter.eventNames().map((name) => `${String(name)} ${emitter.listenerCount(name)}`),
      );
    await deploy(flow);
    await ready('in');
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const [before, running] = [listeners(), timers()];
    const { accepted } = broker;
    for (let i = 0; i < DEPLOYS; i += 1) {
      const start = performance.now();
      await deploy(flow);
      should(performance.now() - start).be.below(CLOSE_BOUND);
      nodeOf('attr').receive({ device: 'DU_1', payload: { i } });
    }
    await ready('in', 'attr', 'command');
    await until(() => broker.connections() === 1, CLOSE_BOUND, 'one connection');
    should(broker.accepted - accepted).be.within(1, DEPLOYS);
    should(listeners()).deepEqual(before);
    should(timers()).be.below(running + DEPLOYS / 2);
  });
});
