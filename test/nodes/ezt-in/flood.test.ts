import { mock } from 'node:test';
import type { Node, NodeAPI, NodeDef } from 'node-red';
import should from 'should';
import { until } from '../../support/events';
import { deploy, loadFlow, unload } from '../../support/flows';
import { logOf } from '../../support/log';
import { credentials, palette, place, project, ready, record, statusOf, tab } from '../../support/project';
import { type ScriptedBroker, startScriptedBroker } from '../../support/scripted-broker';

describe('ezt-in: a flood of malformed messages', () => {
  let broker: ScriptedBroker;
  /** What is to happen when a minute is over. */
  let minutes: (() => void)[];

  beforeEach(async () => {
    broker = await startScriptedBroker();
    minutes = [];
    const real = globalThis.setTimeout;
    mock.method(globalThis, 'setTimeout', (callback: () => void, ms?: number) => {
      if (ms === 60_000) minutes.push(callback);
      return real(callback, ms);
    });
  });
  afterEach(async () => {
    mock.restoreAll();
    await unload();
    await broker.stop();
  });

  const [sheet, ...catching] = tab();
  const elsewhere = catching.map((node) => (node.type === 'catch' ? { ...node, scope: ['other'] } : node));
  const flow = (...more: ReturnType<typeof tab>) => [
    ...(sheet ? [sheet] : []),
    ...more,
    ...project(broker),
    ...palette('ezt-in', 'in', { types: [] }),
  ];
  async function start(...more: ReturnType<typeof tab>) {
    const given = credentials({ key: 'PR_scripted', secret: 'secret', ca: broker.ca });
    await loadFlow(flow(...more), { credentials: given });
    await ready('in');
  }
  async function send(count: number, device = 'DU_1', payload = '{"a":') {
    const { malformed = 0 } = (await statusOf('cloud')).counters;
    for (let i = 0; i < count; i += 1)
      broker.current.deliver(`open/PR_scripted/${device}/attributes`, payload);
    await until(
      async () => (await statusOf('cloud')).counters.malformed === malformed + count,
      5000,
      'the messages',
    );
  }
  const minutePasses = () => minutes.splice(0).forEach((callback) => void callback());
  const FIRST = 'The received message is not valid attributes: not JSON.';
  const more = (count: number, what = 'not JSON') =>
    `${count} more messages that are not valid attributes came from DU_1 within 60 s, the last one: ${what}.`;

  it('reaches a Catch node in full, and the log not at all, as any error that is caught', async () => {
    await start(...catching);
    const caught = record('errors');
    await send(50);
    caught.length.should.equal(50);
    should(caught.at(-1)).containEql({ device: 'DU_1', payload: Buffer.from('{"a":') });
    should([logOf('in', 'error'), logOf('in', 'warn')]).eql([[], []]);
  });

  it('without a Catch node: the log says the first, then once a minute how many more', async () => {
    await start();
    await send(50);
    should([logOf('in', 'error'), logOf('in', 'warn')]).eql([[FIRST], []]);
    await send(1, 'DU_1', '[]');
    minutePasses();
    should(logOf('in', 'warn')).eql([more(50, 'not a JSON object')]);
    await send(2);
    minutePasses();
    should(logOf('in', 'warn').slice(1)).eql([more(2)]);
    logOf('in', 'error').length.should.equal(1);
  });

  it('after a quiet minute the next is said as the first', async () => {
    await start();
    await send(1);
    minutePasses();
    await send(1);
    should([logOf('in', 'error'), logOf('in', 'warn')]).eql([[FIRST, FIRST], []]);
  });

  it('is said for each device, but not for a thousand of them', async () => {
    await start();
    for (let i = 1; i <= 3; i += 1) await send(3, `DU_${i}`);
    logOf('in', 'error').length.should.equal(3);
    for (let i = 0; i < 30; i += 1) await send(1, `DU_crowd${i}`);
    should(logOf('in', 'error').length).equal(21);
  });

  it('reaches a Catch node that a deploy brings, and what was counted until then is said', async () => {
    await start(...elsewhere);
    await send(5);
    await deploy(flow(...catching), 'nodes');
    const caught = record('errors');
    await send(3);
    caught.length.should.equal(3);
    should([logOf('in', 'error'), logOf('in', 'warn')]).eql([[FIRST], [more(4)]]);
  });

  it('reaches a Catch node that a deploy brings, what comes meanwhile too', async () => {
    let close: (() => void) | undefined;
    const slow = (name: string) => [{ id: 'slow', type: 'slow', ...place, name, wires: [] }];
    const given = credentials({ key: 'PR_scripted', secret: 'secret', ca: broker.ca });
    const slowNodes = (RED: NodeAPI) =>
      RED.nodes.registerType('slow', function (this: Node, raw: NodeDef) {
        RED.nodes.createNode(this, raw);
        this.on('close', (done: () => void) => {
          if (raw.name === 'before') close = done;
          else done();
        });
      });
    await loadFlow(flow(...elsewhere, ...slow('before')), { credentials: given, nodes: [slowNodes] });
    await ready('in');
    await send(1);
    const deployed = deploy(flow(...catching, ...slow('after')), 'nodes');
    const goOn = await until(() => close, 5000, 'the deploy');
    const { received = 0 } = (await statusOf('cloud')).counters;
    broker.current.deliver('open/PR_scripted/DU_1/attributes', '{"a":');
    const isThere = async () => (await statusOf('cloud')).counters.received === received + 1;
    await until(isThere, 5000, 'the message');
    goOn();
    await deployed;
    should([(await statusOf('cloud')).counters.malformed, logOf('in', 'error'), logOf('in', 'warn')]).eql([
      2,
      [FIRST],
      [],
    ]);
  });

  it('is said to the end when the node closes', async () => {
    await start();
    await send(5);
    await deploy([...(sheet ? [sheet] : []), ...project(broker)]);
    should(logOf('in', 'warn')).eql([more(4)]);
  });
});
