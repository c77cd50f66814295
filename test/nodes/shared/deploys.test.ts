import type { Node, NodeAPI, NodeDef } from 'node-red';
import helper from 'node-red-node-test-helper';
import should from 'should';
import { until } from '../../support/events';
import { deploy, type Flow, loadFlow, nodeOf, unload } from '../../support/flows';
import { credentials, palette, place, project, ready, record, tab } from '../../support/project';
import { type ScriptedBroker, startScriptedBroker } from '../../support/scripted-broker';

const KEY = 'PR_scripted';
/** Longer than any grace period for a successor. */
const SLOW = 4_000;
/** Milliseconds in which nothing else happens. */
const BUSY = 1_200;

/** A node that takes its time to close, as one that waits for a device or a database. */
function slowNodes(RED: NodeAPI): void {
  RED.nodes.registerType('slow', function (this: Node, raw: NodeDef) {
    RED.nodes.createNode(this, raw);
    this.on('close', (done: () => void) => void setTimeout(done, SLOW));
  });
}

describe('deploys', function () {
  this.timeout(30_000);
  let broker: ScriptedBroker;

  beforeEach(async () => {
    broker = await startScriptedBroker();
  });
  afterEach(async () => {
    await unload();
    await broker.stop();
  });

  async function load(flow: Flow): Promise<void> {
    const secrets = credentials({ key: KEY, secret: 'secret', ca: broker.ca });
    await loadFlow(flow, { credentials: secrets, nodes: [slowNodes] });
  }
  const report = (n: number, channel = 'attributes') =>
    broker.current.deliver(`open/${KEY}/DU_1/${channel}`, JSON.stringify({ n, alerting: true }));
  const slow = (name: string) => ({ id: 'slow', type: 'slow', ...place, name, wires: [] });
  const stopped = () => new Promise((resolve) => helper._events.once('flows:stopped', resolve));
  const closing = () => new Promise((resolve) => helper._events.once('flows:stopping', resolve));

  describe('that Node-RED gives up, since it does not know a type', () => {
    const flow = (...nodes: Flow): Flow => [
      ...tab(),
      ...project(broker),
      { id: 'gone.got', type: 'helper', ...place, wires: [] },
      ...nodes,
    ];
    const staying = () => palette('ezt-in', 'in');
    const gone = () => ({
      id: 'gone',
      type: 'ezt-in',
      ...place,
      cloud: 'cloud',
      types: ['attributes', 'alarm'],
      wires: [['gone.got']],
    });
    const unknown = { id: 'unknown', type: 'a type that is not installed', ...place, wires: [] };
    async function giveUp(nodes: Flow): Promise<void> {
      const over = stopped();
      await helper._redNodes.setFlows(nodes, null, 'nodes');
      await over;
    }

    it('leaves nodes that stay at work, and a deleted one gets nothing more', async () => {
      await load(flow(...staying(), gone()));
      await ready('in', 'gone');
      const [stays, deleted] = [record('in.got'), record('gone.got')];
      await giveUp(flow(...staying(), unknown));
      report(1);
      await until(() => stays.length === 1, 5000, 'the message');
      await broker.packet('unsubscribe');
      should(deleted).deepEqual([]);
      should(broker.connections.length).equal(1);
      await deploy(flow(...staying(), gone()), 'nodes');
      const alarms = `open/${KEY}/+/alarm`;
      await until(() => broker.current.subscriptions.has(alarms), 5000, 'the subscription');
      report(2);
      report(3, 'alarm');
      await until(() => stays.length === 2 && deleted.length === 2, 5000, 'the next messages');
      should(broker.connections.length).equal(1);
    });

    it('closes a connection that no node uses any more', async () => {
      await load(flow(gone()));
      await ready('gone');
      await giveUp(flow(unknown));
      await until(() => broker.sockets.open === 0, 5000, 'the end of the connection');
    });
  });

  it('that are slow keep the connection; what comes meanwhile is handed over with its time of receipt', async () => {
    const flow = (name: string) => [
      ...tab(),
      ...project(broker),
      { id: 'in.got', type: 'helper', ...place, wires: [] },
      { id: 'in', type: 'ezt-in', ...place, cloud: 'cloud', name, wires: [['in.got']] },
      slow(name),
    ];
    await load(flow('before'));
    await ready('in');
    const got = record('in.got');
    const begun = closing();
    const deployed = deploy(flow('after'), 'nodes');
    await begun;
    for (const n of [1, 2, 3]) report(n);
    const sent = Date.now();
    await deployed;
    await until(() => got.length === 3, 5000, 'the messages');
    should(got.map(({ payload }) => Object(payload).n)).deepEqual([1, 2, 3]);
    for (const { timestamp } of got) should(timestamp).be.below(sent + SLOW / 2);
    should([broker.connections.length, broker.packets('unsubscribe').length]).deepEqual([1, 0]);
  });

  it('are not over while Node-RED is busy between stopping and starting: what comes then is handed over', async () => {
    const flow = (name: string) => [
      ...tab(),
      ...project(broker),
      { id: 'in.got', type: 'helper', ...place, wires: [] },
      { id: 'in', type: 'ezt-in', ...place, cloud: 'cloud', name, wires: [['in.got']] },
    ];
    await load(flow('before'));
    await ready('in');
    const got = record('in.got');
    const over = stopped().then(() => {
      report(1);
      // A busy machine, or a module that is being installed. Node-RED reads files before it starts the flows.
      setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, BUSY));
    });
    await deploy(flow('after'), 'nodes');
    await over;
    report(2);
    await until(() => got.length === 2, 5000, 'the messages');
    should(got.map(({ payload }) => Object(payload).n)).deepEqual([1, 2]);
    should([broker.connections.length, broker.packets('unsubscribe').length]).deepEqual([1, 0]);
  });

  it('do not let a command time out whose reply comes meanwhile; the flow has it afterwards', async () => {
    const flow = (name: string) => [
      ...tab(),
      ...project(broker),
      { id: 'out', type: 'ezt-command-out', ...place, cloud: 'cloud', timeout: 1, wires: [['next']] },
      { id: 'next', type: 'helper', ...place, name, wires: [] }, // replaced by the deploy
      slow(name),
    ];
    await load(flow('before'));
    await ready('out');
    const errors = record('errors');
    nodeOf('out').receive({ device: 'DU_1', payload: { method: 'm', id: 7 } });
    await broker.packet('publish');
    const begun = closing();
    const deployed = deploy(flow('after'), 'nodes');
    await begun;
    const reply = { method: 'm', params: { ok: true }, id: 7 };
    broker.current.deliver(`open/${KEY}/DU_1/command_reply`, JSON.stringify(reply));
    const old = nodeOf('out');
    const got = new Promise((resolve) => {
      helper._events.once('flows:started', () => nodeOf('next').on('input', resolve));
    });
    await deployed;
    should(nodeOf('out')).equal(old);
    should(await got).have.property('payload', reply);
    should(errors).deepEqual([]);
  });

  it('are listened to once, however many config nodes there are', async () => {
    const events = ['flows:stopping', 'flows:stopped', 'flows:starting', 'flows:started', 'runtime-event'];
    const listeners = () => events.map((name) => helper._events.listenerCount(name));
    await load([...tab(), ...project(broker)]);
    const before = listeners();
    const many = Array.from({ length: 15 }, (_, i) =>
      project(broker).map((node) => ({ ...node, id: `${node.id}${i}` })),
    );
    await deploy([...tab(), ...project(broker), ...many.flat()]);
    should(listeners()).deepEqual(before);
  });
});
