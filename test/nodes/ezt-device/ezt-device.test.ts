import should from 'should';
import { temporaryDirectory } from '../../support/cleanup';
import { unload } from '../../support/flows';
import { withDevice } from './with-device';

const ALIASES = {
  DU_1: { name: 'Hall', tags: ['inside'] },
  DU_2: { name: '#2', tags: ['inside', 'roof'] },
  DU_9: { tags: ['new'] },
};

describe('ezt-device', () => {
  const node = withDevice(ALIASES);
  const payloads = async (message?: Record<string, unknown>) =>
    (await node.ask(message)).map(({ payload }) => payload);
  /** `DU_1 known` or `DU_9 new`, of what may be one or several. */
  const short = (payload: unknown): unknown =>
    Array.isArray(payload)
      ? payload.map(short)
      : Object.entries(payload as object)
          .filter(([key]) => ['device', 'known'].includes(key))
          .map(([, value]) => value)
          .join(' ');

  async function withTwo(properties: Record<string, unknown>) {
    await node.start(properties);
    for (const device of ['DU_2', 'DU_1']) await node.says(device, 'attributes', { t: 1, o: { x: [1] } });
  }

  it('answers with what it knows of its device, and passes the rest of the message on', async () => {
    await node.start({ device: 'DU_1' });
    const before = Date.now();
    await node.says('DU_1', 'attributes', { t: 21.5, o: { x: [1] } });
    await node.says('DU_1', 'online', { online: true });
    await node.says('DU_1', 'alarm', { alerting: false });
    await node.says('DU_1', 'attributes', { t: 22 });
    const [message, ...more] = await node.ask({ payload: 'button', topic: 'mine', device: 'DU_5' });
    const after = Date.now();
    should(more).deepEqual([]);
    const { _msgid, payload, ...rest } = message ?? {};
    should(rest).deepEqual({ topic: 'mine', device: 'DU_1' });
    const { lastSeen, age, times, ...known } = payload as Record<string, unknown>;
    should(known).deepEqual({
      device: 'DU_1',
      name: 'Hall',
      known: true,
      online: true,
      alarm: false,
      attributes: { t: 22, o: { x: [1] } },
    });
    should(lastSeen).be.within(before, after);
    should(age).be.within(0, after - before);
    const { t, o } = times as Record<string, number>;
    should(t).be.within(before, after);
    should(o).be.within(before, Number(t));
  });

  it('says that a device is not known yet', async () => {
    await node.start({ device: 'DU_7' });
    should(await payloads()).deepEqual([{ device: 'DU_7', known: false }]);
  });

  const asked: [what: string, device: string, message: object, output: Record<string, unknown>][] = [
    ['a username', 'DU_1', {}, { message: 'DU_1 true', array: ['DU_1 true'] }],
    ['an alias', 'Hall', {}, { message: 'DU_1 true', array: ['DU_1 true'] }],
    ['an alias that begins as a tag does', '#2', {}, { message: 'DU_2 true', array: ['DU_2 true'] }],
    ['one device twice', 'DU_1; Hall', {}, { message: 'DU_1 true', array: ['DU_1 true'] }],
    ['several', 'DU_2, DU_8、DU_1', {}, { message: ['DU_2 true', 'DU_8 false', 'DU_1 true'] }],
    ['a tag', '#inside', {}, { message: ['DU_1 true', 'DU_2 true'] }],
    ['a tag of one device', '#roof', {}, { message: ['DU_2 true'] }],
    ['every known device', '*', {}, { message: ['DU_1 true', 'DU_2 true'] }],
    ['msg.device', '', { device: 'DU_2' }, { message: 'DU_2 true', array: ['DU_2 true'] }],
    ['msg.device, a list', '', { device: ['DU_2', 'Hall'] }, { message: ['DU_2 true', 'DU_1 true'] }],
    ['msg.device, a list of one', '', { device: ['DU_2'] }, { message: 'DU_2 true', array: ['DU_2 true'] }],
    ['msg.device, every', '', { device: ' * ' }, { message: ['DU_1 true', 'DU_2 true'] }],
    [
      'msg.device, every one in a list',
      '',
      { device: ['DU_1', '*'] },
      { message: ['DU_1 true', 'DU_2 true'] },
    ],
    ['a device never heard', 'DU_8', {}, { message: 'DU_8 false', array: ['DU_8 false'] }],
  ];
  for (const [what, device, message, { message: asAsked, array = asAsked }] of asked) {
    it(`asked for ${what}: the type of the answer follows the question`, async () => {
      await withTwo({ device });
      should((await payloads({ ...message })).map(short)).deepEqual([asAsked]);
    });

    it(`asked for ${what}: always a list, or one message each`, async () => {
      await withTwo({ device, output: 'array' });
      should((await payloads({ ...message })).map(short)).deepEqual([array]);
    });

    it(`asked for ${what}: one message each, which Join puts together`, async () => {
      await withTwo({ device, output: 'each' });
      const sent = await node.ask({ ...message, extra: { deep: 1 } });
      should(sent.map(({ payload }) => short(payload))).deepEqual(array);
      should(sent.map(({ device: sender }) => sender)).deepEqual(
        sent.map(({ payload }) => (payload as { device: string }).device),
      );
      const parts = sent.map((each) => each.parts as unknown as Record<string, unknown>);
      should(parts.map(({ type, count, index, len }) => ({ type, count, index, len }))).deepEqual(
        sent.map((_, index) => ({ type: 'array', count: sent.length, index, len: 1 })),
      );
      should(new Set(parts.map(({ id }) => id)).size).equal(1);
      // Messages of their own.
      should(new Set(sent.map(({ extra }) => extra)).size).equal(sent.length);
    });
  }

  it('keeps what the message was part of, for a second Join', async () => {
    await withTwo({ device: '*', output: 'each' });
    const outer = { id: 'outer', type: 'array', count: 1, index: 0 };
    const sent = await node.ask({ parts: outer });
    should(sent.length).equal(2);
    for (const { parts } of sent) should(parts).have.property('parts').deepEqual(outer);
  });

  it('gives copies: what a flow changes, the memory does not', async () => {
    await withTwo({ device: 'DU_1' });
    const [first] = await payloads();
    Object.assign((first as { attributes: { o: object } }).attributes.o, { x: 'changed' });
    const [second] = await payloads();
    should(second).have.propertyByPath('attributes', 'o', 'x').deepEqual([1]);
  });

  it('answers from memory while there is no connection', async () => {
    await node.start({ device: 'DU_1' });
    await node.says('DU_1', 'attributes', { t: 1 });
    node.broker.on.connect = () => undefined;
    node.broker.current.destroy();
    should((await payloads()).map(short)).deepEqual(['DU_1 true']);
  });

  it('answers at once after a restart with what was known before, and says how old it is', async () => {
    const userDir = temporaryDirectory('user');
    await node.start({ device: '' }, userDir);
    await node.says('DU_1', 'attributes', { t: 1, o: { x: [1] } });
    await node.says('DU_1', 'online', { online: true });
    const [{ age: _, ...before } = { age: 0 }] = (await payloads({ device: 'DU_1' })) as { age: number }[];
    await unload();
    node.broker.on.connect = () => undefined;
    await node.start({ device: '' }, userDir);
    const [{ age, ...after } = { age: -1 }] = (await payloads({ device: 'DU_1' })) as { age: number }[];
    should(after).deepEqual(before);
    should(age).be.within(0, Date.now() - (after as unknown as { lastSeen: number }).lastSeen);
  });

  it('takes names that mean something to JavaScript for names', async () => {
    await node.start({ device: '' });
    const attributes = JSON.parse('{"constructor":1,"__proto__":{"bad":1},"hasOwnProperty":2}') as object;
    await node.says('__proto__', 'attributes', attributes);
    const [payload] = await payloads({ device: '__proto__' });
    should(payload).have.property('device', '__proto__');
    const known = (payload as { attributes: object }).attributes;
    should(JSON.stringify(known)).equal('{"constructor":1,"hasOwnProperty":2}');
    should(Object.getPrototypeOf(known)).equal(Object.prototype);
    should((await payloads({ device: 'constructor' })).map(short)).deepEqual(['constructor false']);
  });

  const wrong: [what: string, properties: object, device: unknown][] = [
    ['no device', {}, undefined],
    ['no text', {}, 5],
    ['an empty list', {}, []],
    ['a wrong one in a list', {}, ['DU_1', 'a/b']],
    ['an invisible character', {}, 'DU_1\u200b'],
    ['an unknown tag', {}, '#nowhere'],
    ['an unknown tag in the node', { device: '#nowhere' }, 'DU_1'],
    ['a wrong name in the node', { device: 'a+b' }, 'DU_1'],
  ];
  for (const [what, properties, device] of wrong) {
    it(`${what} is EZT_DEVICE, once`, async () => {
      await node.start({ ...properties });
      const sent = await node.ask({ device, payload: 'as it came' });
      should(sent.map(({ error, payload }) => [error?.code, payload])).deepEqual([
        ['EZT_DEVICE', 'as it came'],
      ]);
      should(node.settling.sofar()).deepEqual(['EZT_DEVICE']);
    });
  }
});
