import should from 'should';
import { collect } from '../../support/events';
import { loadFlow, nodeOf, unload } from '../../support/flows';
import { needs } from '../../support/machine';
import type { Mosquitto } from '../../support/mosquitto';
import {
  credentials,
  next,
  palette,
  project,
  ready,
  record,
  type Seen,
  statusOf,
  tab,
} from '../../support/project';
import { type Device, withPlatform } from './with-platform';

const nested = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;

describe('ezt-in: hostile input', function () {
  needs(this, 'mosquitto');
  let broker: Mosquitto;
  let device: Device;
  let sent: Seen[];

  withPlatform((started, sender) => {
    broker = started;
    device = sender;
  });
  beforeEach(async () => {
    const flow = [
      ...tab(),
      ...project(broker),
      ...palette('ezt-in', 'in', { types: [], dataFormat: 'json' }),
      ...palette('ezt-in', 'text', { types: ['data'], streams: ['text'], dataFormat: 'text' }),
    ];
    await loadFlow(flow, { credentials: credentials(broker) });
    await ready('in', 'text');
    sent = record('in.got');
  });
  afterEach(unload);

  const bad: [what: string, suffix: string, payload: string | Buffer][] = [
    ['not JSON', 'DU_1/attributes', '{"a":'],
    ['empty', 'DU_1/attributes', ''],
    ['an array', 'DU_1/attributes', '[1]'],
    ['a bare number', 'DU_1/attributes', '5'],
    ['a bare text', 'DU_1/attributes', '"x"'],
    ['null', 'DU_1/attributes', 'null'],
    ['NaN', 'DU_1/attributes', '{"a":NaN}'],
    ['a number that becomes Infinity', 'DU_1/attributes', '{"a":[1e999]}'],
    ['201 levels', 'DU_1/attributes', nested(201)],
    ['100,000 levels', 'DU_1/attributes', nested(100_000)],
    ['100,000 levels of arrays', 'DU_1/data/s1', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
    ['not UTF-8', 'DU_1/attributes', Buffer.from([0x7b, 0xff, 0x7d])],
    ['an event without method', 'DU_1/event_report', '{"params":{}}'],
    ['an event whose method is a number', 'DU_1/event_report', '{"method":1,"params":{}}'],
    ['a reply without id', 'DU_1/command_reply', '{"method":"m","params":{}}'],
    ['a reply whose id is an object', 'DU_1/command_reply', '{"method":"m","params":{},"id":{}}'],
    ['an alarm that is a word', 'DU_1/alarm', '{"alerting":"yes"}'],
    ['an online without the flag', 'DU_1/online', '{}'],
    ['data that is not JSON', 'DU_1/data/s1', 'abc'],
  ];
  for (const [what, suffix, payload] of bad) {
    it(`${what}: an error for the Catch node, and nothing sent`, async () => {
      const caught = await next('errors', () => device(suffix, payload));
      const [from, type, stream] = suffix.split('/');
      should(caught.error).containEql({ code: 'EZT_MALFORMED' });
      should(caught.error?.source.id).equal('in');
      should(caught).containEql({ topic: `open/${broker.key}/${suffix}`, device: from, type });
      should(caught.stream).equal(stream);
      should(caught.payload).deepEqual(Buffer.from(payload));
      const [after] = await Promise.all([next('in.got', () => device('DU_2/alarm', { alerting: true }))]);
      sent.should.deepEqual([after]);
      should((await statusOf('cloud')).counters).containEql({ malformed: 1, connections: 1 });
    });
  }

  it('text that is not UTF-8: an error of the node that asked for text', async () => {
    const messages = collect<Seen>(nodeOf('errors'), 2);
    await device('DU_1/data/text', Buffer.from([0xc3, 0x28]));
    const sources = (await messages).map(({ error }) => error?.source.id);
    sources.sort().should.deepEqual(['in', 'text']);
  });

  it('drops a byte-order mark', async () => {
    const json = await next('in.got', () => device('DU_1/attributes', '\ufeff{"a":1}'));
    should(json.payload).deepEqual({ a: 1 });
    const text = await next('text.got', () => device('DU_1/data/text', '\ufeff"x"'));
    should(text.payload).equal('"x"');
  });

  it('never lets a key __proto__ reach a prototype', async () => {
    const payload =
      '{"a":{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":2}}},"__proto__":{"b":1}}';
    const { payload: got } = await next('in.got', () => device('DU_1/attributes', payload));
    const copy: Record<string, unknown> = Object.assign({}, got);
    should(Object.hasOwn(Object(got), '__proto__')).be.false();
    should(Object.getPrototypeOf(copy)).equal(Object.prototype);
    should('polluted' in {}).be.false();
    should(copy.b).be.undefined();
    should(JSON.stringify(got)).equal('{"a":{"constructor":{"prototype":{"polluted":2}}}}');
  });

  it('takes 200 levels, equal keys (the last counts) and a payload of 1 MB', async () => {
    const deep = await next('in.got', () => device('DU_1/attributes', nested(200)));
    JSON.stringify(deep.payload).should.equal(nested(200));
    const last = await next('in.got', () => device('DU_1/attributes', '{"a":1,"a":2}'));
    should(last.payload).deepEqual({ a: 2 });
    const list = Array.from({ length: 100_000 }, (_, i) => `entry ${i}`);
    const large = await next('in.got', () => device('DU_1/attributes', { list }));
    should(large.payload).deepEqual({ list });
  });
});
