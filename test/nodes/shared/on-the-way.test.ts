import type { Node, NodeAPI, NodeMessage } from 'node-red';
import helper from 'node-red-node-test-helper';
import should from 'should';
import { event, until } from '../../support/events';
import { type DeployType, deploy, type Flow, loadFlow, nodeOf, unload } from '../../support/flows';
import { credentials, place, project, ready, record, type Seen, tab } from '../../support/project';
import { type ScriptedBroker, startScriptedBroker } from '../../support/scripted-broker';

const KEY = 'PR_scripted';

interface Sending {
  source: { node: Node };
}

describe('what is on its way when a deploy begins', () => {
  let broker: ScriptedBroker;
  let RED: NodeAPI;

  beforeEach(async () => {
    broker = await startScriptedBroker();
  });
  afterEach(async () => {
    RED.hooks.remove('preDeliver.test');
    await unload();
    await broker.stop();
  });

  /** Two nodes follow; a deploy with another `name` closes the first of them. */
  const flow = (node: Flow[number], name: string): Flow => [
    ...tab(),
    ...project(broker),
    { id: 'node', ...place, cloud: 'cloud', wires: [['replaced', 'stays']], ...node },
    { id: 'replaced', type: 'helper', ...place, name, wires: [] },
    { id: 'stays', type: 'helper', ...place, wires: [] },
  ];

  async function load(node: Flow[number]): Promise<void> {
    const secrets = credentials({ key: KEY, secret: 'secret', ca: broker.ca });
    await loadFlow(flow(node, 'before'), {
      credentials: secrets,
      nodes: [
        (api: NodeAPI) => {
          RED = api;
        },
      ],
    });
    await ready('node');
  }

  /** Deploys in the very turn in which `node` sends; resolves with what its successor gets. */
  function deployOnSending(node: Flow[number], type: DeployType): Promise<Seen[]> {
    const got: Seen[] = [];
    helper._events.prependOnceListener('flows:started', () => {
      nodeOf('replaced').on('input', (message: NodeMessage) => {
        got.push(message as Seen);
      });
    });
    return new Promise((resolve, reject) => {
      RED.hooks.add('preDeliver.test', ({ source }: Sending) => {
        if (source.node.id !== 'node') return;
        RED.hooks.remove('preDeliver.test');
        deploy(flow(node, 'after'), type).then(() => resolve(got), reject);
      });
    });
  }
  const numbers = (messages: readonly Seen[]) => messages.map(({ payload }) => Object(payload).n);

  for (const type of ['nodes', 'flows'] as const) {
    it(`is given to the node that takes the place of the closed one, once and in order (${type})`, async () => {
      const node = { type: 'ezt-in' };
      await load(node);
      const deployed = deployOnSending(node, type);
      const [closed, stays] = [record('replaced'), record('stays')];
      for (let n = 1; n <= 20; n += 1)
        broker.current.deliver(`open/${KEY}/DU_1/attributes`, JSON.stringify({ n }));
      const got = await deployed;
      broker.current.deliver(`open/${KEY}/DU_1/attributes`, JSON.stringify({ n: 21 }));
      await broker.packet('puback', 21);
      const all = Array.from({ length: 21 }, (_, i) => i + 1);
      should(numbers(got)).deepEqual(all);
      should(closed).deepEqual([]);
      if (type === 'nodes') should(numbers(stays)).deepEqual(all); // what is wired to it is closed by the other
      should(broker.packets('puback').length).equal(21);
    });
  }

  it('is also what a command was answered with', async () => {
    const node = { type: 'ezt-command-out', method: 'm' };
    await load(node);
    const deployed = deployOnSending(node, 'nodes');
    nodeOf('node').receive({ device: 'DU_1', payload: { a: 1 } } as NodeMessage);
    const { payload } = await broker.packet('publish');
    const { id } = JSON.parse(String(payload)) as { id: number };
    broker.current.deliver(`open/${KEY}/DU_1/command_reply`, JSON.stringify({ params: { b: 2 }, id }));
    const got = await deployed;
    await until(() => got.length === 1, 5000, 'the reply');
    should(got[0]?.payload).deepEqual({ params: { b: 2 }, id });
  });

  it('comes again after a full deploy, and then counts as a change', async () => {
    const node = { type: 'ezt-in', when: 'changed' };
    await load(node);
    const deployed = deployOnSending(node, 'full');
    const report = () => broker.current.deliver(`open/${KEY}/DU_1/attributes`, '{"n":1}');
    report();
    const got = await deployed;
    await ready('node');
    should([numbers(got), broker.packets('puback')]).deepEqual([[], []]);
    report();
    await broker.packet('puback');
    should(numbers(got)).deepEqual([1]);
  });

  it('is kept over a full deploy where nobody sends it again', async () => {
    const node = { type: 'ezt-watch', mode: 'threshold', attribute: 'n', op: 'gt', value: '0' };
    await load(node);
    const deployed = deployOnSending(node, 'full');
    broker.current.deliver(`open/${KEY}/DU_1/attributes`, '{"n":1}');
    should(await deployed).match([{ payload: { device: 'DU_1', active: true, value: 1 } }]);
  });

  it('is lost with a node that the deploy deletes, and with nothing else', async () => {
    const node = { type: 'ezt-in' };
    await load(node);
    const stays = record('stays');
    const started = event(helper._events, 'flows:started', 5000);
    RED.hooks.add('preDeliver.test', ({ source }: Sending) => {
      if (source.node.id !== 'node') return;
      RED.hooks.remove('preDeliver.test');
      void deploy(
        flow(node, 'before').filter(({ id }) => id !== 'replaced'),
        'nodes',
      );
    });
    broker.current.deliver(`open/${KEY}/DU_1/attributes`, '{"n":1}');
    await started;
    await until(() => stays.length === 1, 5000, 'the message');
  });
});
