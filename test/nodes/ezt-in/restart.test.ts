import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import should from 'should';
import { temporaryDirectory } from '../../support/cleanup';
import { until } from '../../support/events';
import type { Flow } from '../../support/flows';
import { type NodeRed, startNodeRed } from '../../support/node-red';
import { place } from '../../support/project';
import { type ScriptedBroker, startScriptedBroker } from '../../support/scripted-broker';

/** What the flow of a real Node-RED gets, it pushes to a device of its own, for the test to see. */
describe('ezt-in over a restart of Node-RED', function () {
  this.timeout(120_000);
  let broker: ScriptedBroker;
  let userDir: string;
  let red: NodeRed | undefined;
  /** Messages of the flow that a test has looked at. */
  let taken: number;

  beforeEach(async () => {
    taken = 0;
    broker = await startScriptedBroker();
    userDir = temporaryDirectory('restart');
    writeFileSync(join(userDir, 'ca.pem'), broker.ca);
  });
  afterEach(async () => {
    await red?.stop('SIGKILL');
    await broker.stop();
  });

  const flow = (properties: object, project: object): Flow => [
    { id: 'tab', type: 'tab', label: 'Test' },
    { id: 'tls', type: 'tls-config', cert: '', key: '', ca: join(userDir, 'ca.pem'), verifyservercert: true },
    { id: 'cloud', type: 'eztcloud-config', endpoint: broker.endpoint, tls: 'tls', ...project },
    {
      id: 'in',
      type: 'ezt-in',
      ...place,
      cloud: 'cloud',
      types: ['attributes', 'online'],
      devices: ['DU_1', 'DU_end'],
      wires: [['note']],
      ...properties,
    },
    {
      id: 'note',
      type: 'function',
      ...place,
      func: `const { known, age, payload, previous } = msg;
        return { device: 'DU_seen', payload: { payload, previous, known, aged: age > 0 } };`,
      outputs: 1,
      wires: [['out']],
    },
    { id: 'out', type: 'ezt-attr-out', ...place, cloud: 'cloud', wires: [] },
  ];

  async function start(properties: object = {}, project: object = {}) {
    red = await startNodeRed({
      userDir,
      flows: flow(properties, project),
      credentials: { cloud: { projectKey: 'PR_1', projectSecret: 'secret' } },
    });
    await until(
      () => broker.current.subscriptions.has('open/PR_1/DU_end/online'),
      20_000,
      'the subscriptions',
    );
  }
  const report = (suffix: string, payload: unknown) =>
    broker.current.deliver(`open/PR_1/${suffix}`, JSON.stringify(payload));
  const end = () => report('DU_end/attributes', { end: Math.random() });

  /** What the flow has got since the last call, in order, until the message that ends it. */
  async function seen(): Promise<Record<string, unknown>[]> {
    end();
    const got = () =>
      broker
        .packets('publish')
        .slice(taken)
        .map(({ payload }) => JSON.parse(payload.toString()) as Record<string, unknown>);
    const isEnd = ({ payload, known }: Record<string, unknown>) =>
      Object(payload).end !== undefined && !known;
    await until(() => got().some(isEnd), 10_000, 'the end');
    const messages = got();
    taken += messages.length;
    return messages.filter(({ payload }) => Object(payload).end === undefined);
  }
  it('does not send again what it sent before, and still knows what that was', async () => {
    await start({ when: 'changed' });
    report('DU_1/attributes', { t: 20, h: { x: [1] } });
    report('DU_1/online', { online: true });
    (await seen()).length.should.equal(2);
    await red?.stop();
    await start({ when: 'changed' });
    report('DU_1/attributes', { t: 20, h: { x: [1] } });
    report('DU_1/online', { online: true });
    report('DU_1/attributes', { t: 21, h: { x: [1] } });
    should(await seen()).eql([{ payload: { t: 21 }, previous: { t: 20 }, aged: false }]);
  });

  it('first sends what it knew before, once, although the connection comes after it', async () => {
    await start();
    report('DU_1/attributes', { t: 20 });
    report('DU_1/online', { online: false });
    await seen();
    await red?.stop();
    await start({ initial: true, name: 'changed' });
    report('DU_1/attributes', { t: 21 });
    should(await seen()).eql([
      { payload: { t: 20 }, known: true, aged: true },
      { payload: { online: false }, known: true, aged: true },
      { payload: { t: 21 }, aged: false },
    ]);
  });

  it('does both anew where the project keeps nothing', async () => {
    await start({ when: 'changed', initial: true }, { memory: false });
    report('DU_1/attributes', { t: 20 });
    await seen();
    await red?.stop();
    await start({ when: 'changed', initial: true }, { memory: false });
    report('DU_1/attributes', { t: 20 });
    should(await seen()).eql([{ payload: { t: 20 }, previous: {}, aged: false }]);
  });

  it('knows nothing of what was sent before it sent everything', async () => {
    await start({ when: 'changed' });
    report('DU_1/attributes', { t: 20 });
    await seen();
    await red?.stop();
    await start({ when: 'always' });
    report('DU_1/attributes', { t: 21 });
    await seen();
    await red?.deploy(flow({ when: 'changed' }, {}), 'nodes');
    report('DU_1/attributes', { t: 20 });
    should((await seen()).map(({ payload }) => payload)).eql([{ t: 20 }]);
  });
});
