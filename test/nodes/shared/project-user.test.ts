import should from 'should';
import { until } from '../../support/events';
import { admin, deploy, type Flow, loadFlow, nodeOf, unload } from '../../support/flows';
import { credentials, palette, place, project, ready, record, tab } from '../../support/project';
import { type ScriptedBroker, startScriptedBroker } from '../../support/scripted-broker';
import { shows } from '../../support/statuses';

const KEY = 'PR_scripted';
const DISABLED = { fill: 'red', shape: 'ring', text: 'projectDisabled' };

describe('the project of a palette node', () => {
  let broker: ScriptedBroker;
  beforeEach(async () => {
    broker = await startScriptedBroker();
  });
  afterEach(async () => {
    await unload();
    await broker.stop();
  });

  const secrets = (id = 'cloud') => {
    const { cloud, ...tls } = credentials({ key: KEY, secret: 'secret', ca: broker.ca });
    return { credentials: { ...tls, [id]: { ...cloud } } };
  };
  const report = (n: number) => broker.current.deliver(`open/${KEY}/DU_1/attributes`, JSON.stringify({ n }));

  describe('that is disabled is named so', () => {
    const off: [string, Flow[number], Flow][] = [
      ['by itself', { d: true }, []],
      ['with its tab', { z: 'off' }, [{ id: 'off', type: 'tab', label: 'Off', disabled: true }]],
    ];
    for (const [how, properties, tabs] of off) {
      it(how, async () => {
        const flow = [...tab(), ...tabs, ...project(broker, { name: 'Plant', ...properties })];
        await loadFlow([...flow, ...palette('ezt-in', 'in'), ...palette('ezt-attr-out', 'out')], secrets());
        await shows('in', DISABLED);
        const errors = record('errors');
        nodeOf('out').receive({ device: 'DU_1', payload: { a: 1 } });
        await until(() => errors.length === 1, 5000, 'the error');
        should(errors[0]?.error).have.properties({ code: 'EZT_CONFIG' });
        should(errors[0]?.error?.message).match(/Plant/);
      });
    }
  });

  it('a problem found at start reaches a Status node, and so does the first state', async () => {
    const flow = (...nodes: Flow): Flow => [
      ...tab(),
      ...project(broker),
      { id: 'status', type: 'status', ...place, scope: null, wires: [['seen']] },
      { id: 'seen', type: 'helper', ...place, wires: [] },
      ...nodes,
    ];
    await loadFlow(flow(), secrets());
    const seen = record('seen');
    const texts = (id: string) =>
      seen
        .map(({ status }) => Object(status))
        .flatMap(({ source, text }) => (source.id === id ? [text] : []));
    const homeless = palette('ezt-in', 'homeless', { cloud: '' });
    await deploy(flow(...homeless, ...palette('ezt-in', 'in')), 'nodes');
    await ready('in');
    await until(() => texts('in').at(-1)?.endsWith('connected'), 5000, 'the status of the other');
    should(texts('homeless')).deepEqual(['noConfig']);
  });

  describe('in a subflow', () => {
    const subflow = (inner: Flow, env: Flow = []): Flow => [
      {
        id: 'sub',
        type: 'subflow',
        name: 'Sub',
        in: [],
        out: [{ x: 0, y: 0, wires: [{ id: 'in', port: 0 }] }],
        env,
      },
      { id: 'in', type: 'ezt-in', z: 'sub', x: 0, y: 0, cloud: 'cloud', wires: [[]] },
      ...inner,
    ];
    const instance = (id: string, properties: Flow[number] = {}): Flow => [
      { id, type: 'subflow:sub', ...place, ...properties, wires: [['got']] },
      { id: 'got', type: 'helper', ...place, wires: [] },
    ];

    it('that is a property of the subflow: a deploy that puts another in its place is followed', async () => {
      const env = [{ name: 'CLOUD', type: 'eztcloud-config', value: '' }];
      // biome-ignore lint/suspicious/noTemplateCurlyInString: Node-RED's form of a subflow's property
      const variable = '${CLOUD}';
      const chosen = { env: [{ name: 'CLOUD', type: 'eztcloud-config', value: 'cloud' }] };
      const flow = (name: string, off = {}): Flow => [
        ...tab(),
        ...project(broker, { name, ...off }),
        ...subflow([], env).map((node) => (node.id === 'in' ? { ...node, cloud: variable } : node)),
        ...instance('one', chosen),
      ];
      await loadFlow(flow('before'), secrets());
      await ready('one-in');
      const got = record('got');
      await deploy(flow('after'), 'nodes');
      await until(() => broker.connections.length === 2, 5000, 'the new connection');
      await until(() => broker.current.subscriptions.size === 1, 5000, 'its subscription');
      report(1);
      await until(() => got.length === 1, 5000, 'the message');
      should([got[0]?.project ?? 'after', broker.sockets.open]).deepEqual(['after', 1]);
      await deploy(flow('after', { d: true }), 'nodes');
      await shows('one-in', DISABLED);
      should(broker.sockets.open).equal(0);
    });

    it('that stands in it: the editor finds what was learned, and what it is deployed with, by the id it knows', async () => {
      const inside = project(broker).map((node) => (node.id === 'cloud' ? { ...node, z: 'sub' } : node));
      await loadFlow([...tab(), ...subflow(inside), ...instance('one')], secrets());
      await ready('one-in');
      const got = record('got');
      report(1);
      await until(() => got.length === 1, 5000, 'the message');
      const devices = await admin('/eztcloud/cloud/devices');
      should((await devices.json()) as object[]).have.length(1);
      const test = await admin('/eztcloud/test', {
        id: 'cloud',
        endpoint: broker.endpoint,
        projectKey: KEY,
        projectSecret: '__PWRD__',
        tls: 'tls',
        protocol: 'auto',
      });
      should(await test.json()).have.property('steps');
      should((await admin('/eztcloud/other/devices')).status).equal(404);
      await deploy([...tab(), ...subflow(inside)]);
      should((await admin('/eztcloud/cloud/devices')).status).equal(404);
    });
  });
});
