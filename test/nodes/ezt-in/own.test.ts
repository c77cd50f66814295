import should from 'should';
import { until } from '../../support/events';
import { loadFlow, nodeOf, unload } from '../../support/flows';
import { logOf } from '../../support/log';
import { credentials, next, palette, place, project, ready, record, tab } from '../../support/project';
import { type ScriptedBroker, startScriptedBroker } from '../../support/scripted-broker';

/** A broker behind which the platform works: what is pushed comes back on `attributes`. */
describe('ezt-in: what this connection pushed itself', () => {
  let broker: ScriptedBroker;
  /** What the platform makes of a push. */
  let echoed: (payload: string) => string[];
  let pushes = 0;

  beforeEach(async () => {
    broker = await startScriptedBroker();
    echoed = (payload) => [payload];
    pushes = 0;
    broker.on.publish = (packet, connection) => {
      pushes += 1;
      connection.answer(packet);
      const topic = packet.topic.replace(/attributes_push$/, 'attributes');
      for (const payload of echoed(packet.payload.toString())) connection.deliver(topic, payload);
    };
  });
  afterEach(async () => {
    await unload();
    await broker.stop();
  });

  const given = () => credentials({ key: 'PR_scripted', secret: 'secret', ca: broker.ca });
  const report = (payload: unknown, device = 'DU_1') =>
    broker.current.deliver(`open/PR_scripted/${device}/attributes`, JSON.stringify(payload));
  const push = (payload: unknown, device: unknown = 'DU_1') => nodeOf('out').receive({ payload, device });

  async function start() {
    const flow = [
      ...tab('out'),
      ...project(broker),
      ...palette('ezt-in', 'keep', {}),
      ...palette('ezt-in', 'drop', { own: 'drop' }),
      ...palette('ezt-in', 'value', { output: 'value', attributes: ['b'] }),
      ...palette('ezt-attr-out', 'out'),
    ];
    await loadFlow(flow, { credentials: given() });
    await ready('keep', 'drop', 'value', 'out');
    return { keep: record('keep.got'), drop: record('drop.got'), value: record('value.got') };
  }

  it('is marked, or left out, once for each push, in whatever order the platform writes its members', async () => {
    echoed = () => ['{"b":[1,{"d":2,"c":null}],"a":1.0}', '{"a":1,"b":[1,{"c":null,"d":2}]}'];
    const seen = await start();
    const payload = { a: 1, b: [1, { c: null, d: 2 }] };
    push(payload);
    await until(() => seen.keep.length === 2, 5000, 'both messages');
    should(seen.keep.map((message) => [message.payload, message.own])).eql([
      [payload, true],
      [payload, undefined],
    ]);
    should(seen.drop.map((message) => message.payload)).eql([payload]);
    should(seen.value.map((message) => [message.attribute, message.own])).eql([
      ['b', true],
      ['b', undefined],
    ]);
    should('own' in (seen.keep[1] ?? {})).be.false();
  });

  it('is told apart from other values, other devices, parts of it, and what was not pushed at all', async () => {
    echoed = () => [];
    const seen = await start();
    await next('completed', () => push({ a: 1, b: 2 }));
    for (const payload of [{ a: 1 }, { a: 1, b: 3 }, { a: 1, b: '2' }, { a: 1, b: 2, c: 3 }]) report(payload);
    report({ a: 1, b: 2 }, 'DU_2');
    report({ a: 1, b: 2 });
    await until(() => seen.keep.length === 6, 5000, 'all messages');
    should(seen.keep.map(({ own }) => own)).eql([
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
      true,
    ]);
    seen.drop.length.should.equal(5);
  });

  it('is known for each device of a list', async () => {
    const seen = await start();
    push({ a: 1 }, ['DU_1', 'DU_2']);
    await until(() => seen.keep.length === 2, 5000, 'both messages');
    should(seen.keep.map(({ device, own }) => [device, own])).eql([
      ['DU_1', true],
      ['DU_2', true],
    ]);
  });

  describe('pushed again and again', () => {
    const loop = (properties: object = {}) => [
      ...tab(),
      ...project(broker),
      { id: 'in', type: 'ezt-in', name: 'echo', ...place, cloud: 'cloud', wires: [['more']], ...properties },
      {
        id: 'more',
        type: 'function',
        ...place,
        func: 'return { payload: { n: msg.payload.n + 1 }, device: msg.device };',
        outputs: 1,
        wires: [['out']],
      },
      { id: 'out', type: 'ezt-attr-out', name: 'back', ...place, cloud: 'cloud', wires: [] },
    ];
    const LOOP = /A loop: ezt-attr-out "back" \(out\) pushes what ezt-in "echo" \(in\) received.* to DU_1\./;

    it('is warned of once, naming both nodes', async () => {
      await loadFlow(loop(), { credentials: given() });
      await ready('in', 'out');
      report({ n: 0 });
      await until(() => pushes > 100, 15_000, 'a hundred rounds');
      echoed = () => [];
      const warnings = logOf('out', 'warn');
      warnings.length.should.equal(1);
      should(warnings[0]).match(LOOP);
    });

    it('does not happen where it is left out', async () => {
      await loadFlow(loop({ own: 'drop' }), { credentials: given() });
      await ready('in', 'out');
      report({ n: 0 });
      report({ n: 10 });
      await until(() => pushes === 2, 5000, 'two pushes');
      // What comes after the echoes: had they gone round, there would be more pushes by now.
      report({ n: 20 });
      await until(() => pushes > 2, 5000, 'the third push');
      pushes.should.equal(3);
      should(logOf('out', 'warn')).eql([]);
    });

    it('is no loop when a flow answers each report, or corrects its own push once', async () => {
      await loadFlow(loop(), { credentials: given() });
      await ready('in', 'out');
      echoed = (payload) => (JSON.parse(payload).n % 10 < 3 ? [payload] : []);
      for (let round = 1; round <= 20; round += 1) {
        report({ n: round * 10 });
        await until(() => pushes === round * 3, 5000, 'three pushes');
      }
      should(logOf('out', 'warn')).eql([]);
    });
  });
});
