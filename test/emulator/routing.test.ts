import fc from 'fast-check';
import should from 'should';
import { covers, parseFilter } from '../../emulator/mqtt/filters';
import { Frames } from '../../emulator/mqtt/frames';
import { type Subscription, Subscriptions } from '../../emulator/mqtt/subscriptions';

const level = fc.constantFrom('a', 'b', '', '$x', '+');
const filter = fc
  .tuple(fc.array(level, { minLength: 1, maxLength: 4 }), fc.boolean())
  .map(([levels, all]) => [...levels, ...(all ? ['#'] : [])].join('/'))
  .filter((text) => text !== '');
const topic = fc
  .array(fc.constantFrom('a', 'b', '', '$x'), { minLength: 1, maxLength: 4 })
  .map((levels) => levels.join('/'));

const subscription = (name: string): Subscription => ({
  name,
  filter: name,
  qos: 1,
  noLocal: false,
  retainAsPublished: false,
});
const subscriber = (id: string) => ({ id, deliver: () => undefined });

describe('the filters of the emulator', () => {
  it('find what covers a topic, and nothing of what was removed', () => {
    fc.assert(
      fc.property(fc.uniqueArray(filter, { maxLength: 12 }), topic, fc.nat(11), (filters, name, removed) => {
        const tree = new Subscriptions();
        const client = subscriber('c');
        for (const each of filters) tree.set(client, subscription(each));
        const gone = filters[removed];
        if (gone !== undefined) tree.delete(client, subscription(gone));
        const expected = filters.filter((each) => each !== gone && covers(each, name)).sort();
        const found = tree.deal(name).map(([, { filter: each }]) => each);
        should(found.sort()).deepEqual(expected);
      }),
    );
  });

  const valid: [text: string, filter: string | undefined, group?: string][] = [
    ['a/+/#', 'a/+/#'],
    ['#', '#'],
    ['/', '/'],
    ['', undefined],
    ['a/#/b', undefined],
    ['a+/b', undefined],
    ['a\0', undefined],
    ['$share/g/a/#', 'a/#', 'g'],
    ['$share/g', undefined],
    ['$share/g/', undefined],
    ['$share//a', undefined],
    ['$share/+/a', undefined],
  ];
  for (const [text, expected, group] of valid) {
    it(`${JSON.stringify(text)} is ${expected === undefined ? 'none' : 'one'}`, () => {
      const parsed = expected === undefined ? undefined : { filter: expected, ...(group && { group }) };
      should(parseFilter(text)).deepEqual(parsed);
    });
  }
});

describe('the packets of the emulator', () => {
  const packet = fc.uint8Array({ maxLength: 200 }).map((body) => {
    const length = body.length < 128 ? [body.length] : [(body.length & 0x7f) | 0x80, body.length >> 7];
    return Buffer.from([0x30, ...length, ...body]);
  });

  it('are the same however the bytes are cut', () => {
    fc.assert(
      fc.property(fc.array(packet, { maxLength: 8 }), fc.integer({ min: 1, max: 50 }), (packets, size) => {
        const frames = new Frames(() => 1000);
        const bytes = Buffer.concat(packets);
        const found: Buffer[] = [];
        for (let at = 0; at < bytes.length; at += size)
          found.push(...frames.feed(bytes.subarray(at, at + size)));
        should(Buffer.concat(found).equals(bytes)).be.true();
        should(found.map(({ length }) => length)).deepEqual(packets.map(({ length }) => length));
      }),
    );
  });

  it('may have the size that is announced, and not a byte more, as their header says', () => {
    const feed = (length: number) => [...new Frames(() => 10).feed(Buffer.from([0x30, length]))];
    should(feed(8)).deepEqual([]);
    should(() => feed(9)).throw(/11 bytes/);
  });
});
