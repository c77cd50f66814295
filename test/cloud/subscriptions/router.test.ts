import fc from 'fast-check';
import should from 'should';
import type { Qos } from '../../../cloud/protocol/topics';
import { CHANNELS, type Channel, formatTopic, type Topic } from '../../../cloud/protocol/topics';
import type { Listener } from '../../../cloud/subscriptions/listener';
import { createRouter } from '../../../cloud/subscriptions/router';
import { matches } from './matcher';

const KEY = 'PR_1';
const all: Listener = { devices: [], channels: CHANNELS, streams: [], qos: 1, unshared: false };

const some = <T>(...values: T[]) => fc.uniqueArray(fc.constantFrom(...values), { maxLength: values.length });
const interest: fc.Arbitrary<Listener> = fc.record(
  {
    devices: some('DU_1', 'DU_2', '__proto__'),
    channels: some<Channel>(...CHANNELS),
    streams: some('s1', 's2'),
    qos: fc.constantFrom<Qos>(0, 1, 2),
    unshared: fc.boolean(),
  },
  { noNullPrototype: true },
);
const topic: fc.Arbitrary<Topic> = fc
  .tuple(
    fc.constantFrom('DU_1', 'DU_2', 'DU_3', '__proto__'),
    fc.constantFrom(...CHANNELS),
    fc.constantFrom('s1', 's2', 's3'),
  )
  .map(([device, channel, stream]) =>
    channel === 'data' ? { device, channel, stream } : { device, channel },
  );

const wants = ({ devices, channels, streams }: Listener, { device, channel, stream }: Topic) =>
  (devices.length === 0 || devices.includes(device)) &&
  channels.includes(channel) &&
  (stream === undefined || streams.length === 0 || streams.includes(stream));

function heard(router: ReturnType<typeof createRouter>, of: Topic): Listener[] {
  const found: Listener[] = [];
  router.match(of, (listener) => found.push(listener));
  return found;
}

describe('routing', () => {
  it('gives a message to each listener that wants it, once, and to no other', () => {
    fc.assert(
      fc.property(fc.array(interest), topic, (interests, of) => {
        const router = createRouter(KEY, '');
        for (const one of interests) router.add(one);
        const found = heard(router, of);
        for (const one of interests)
          found.filter((each) => each === one).length.should.equal(wants(one, of) ? 1 : 0);
      }),
      { numRuns: 300 },
    );
  });

  it('asks for what is wanted: every topic that a listener hears, and each by one filter', () => {
    fc.assert(
      fc.property(fc.array(interest), topic, fc.constantFrom('', 'g1'), (interests, of, group) => {
        const router = createRouter(KEY, group);
        for (const one of interests) router.add(one);
        const path = formatTopic(KEY, of.device, of.channel, of.stream);
        const filters = [...router.filters(new Set())].filter(([filter]) => matches(filter, path));
        for (const shared of [true, false]) {
          const copies = filters.filter(([filter]) => filter.startsWith('$share/g1/') === shared);
          const listeners = heard(router, of).filter((one) => (group !== '' && !one.unshared) === shared);
          copies.length.should.be.belowOrEqual(1);
          if (listeners.length > 0) {
            should(copies[0]?.[1]).be.aboveOrEqual(Math.max(...listeners.map(({ qos }) => qos)));
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it('keeps nothing of listeners that have gone', () => {
    fc.assert(
      fc.property(fc.array(interest), interest, topic, (gone, stays, of) => {
        const router = createRouter(KEY, '');
        router.add(stays);
        const before = router.filters(new Set());
        for (const one of gone) router.add(one);
        for (const one of gone) router.remove(one);
        for (const one of gone) router.remove(one);
        [...router.listeners].should.eql([stays]);
        router.filters(new Set()).should.eql(before);
        heard(router, of).should.eql(wants(stays, of) ? [stays] : []);
      }),
    );
  });

  it('takes one listener twice as one', () => {
    const router = createRouter(KEY, '');
    const twice: Listener = { ...all, devices: ['DU_1', 'DU_1'], channels: ['alarm', 'alarm'] };
    router.add(twice);
    router.add(twice);
    heard(router, { device: 'DU_1', channel: 'alarm' }).should.eql([twice]);
    [...router.filters(new Set())].should.eql([[`open/${KEY}/DU_1/alarm`, 1]]);
  });

  it('covers a whole project with six filters', () => {
    const router = createRouter(KEY, '');
    router.add(all);
    for (let i = 0; i < 100; i += 1) router.add({ ...all, devices: [`DU_${i}`] });
    [...router.filters(new Set()).keys()]
      .sort()
      .should.eql(
        ['alarm', 'attributes', 'command_reply', 'data/+', 'event_report', 'online'].map(
          (leaf) => `open/${KEY}/+/${leaf}`,
        ),
      );
  });

  it('shares with the group what may be shared, and only that', () => {
    const router = createRouter(KEY, 'g 1');
    router.add({ ...all, channels: ['alarm'], qos: 2 });
    router.add({ ...all, channels: ['command_reply'], unshared: true });
    [...router.filters(new Set())].should.eql([
      [`$share/g 1/open/${KEY}/+/alarm`, 2],
      [`open/${KEY}/+/command_reply`, 1],
    ]);
  });

  it('leaves out refused filters and falls back to single devices, shared ones apart', () => {
    const router = createRouter(KEY, 'g1');
    router.add({ ...all, channels: ['alarm'] });
    router.add({ ...all, channels: ['alarm'], devices: ['DU_1'] });
    [...router.filters(new Set([`$share/g1/open/${KEY}/+/alarm`])).keys()].should.eql([
      `$share/g1/open/${KEY}/DU_1/alarm`,
    ]);
    [...router.filters(new Set([`open/${KEY}/+/alarm`])).keys()].should.eql([
      `$share/g1/open/${KEY}/+/alarm`,
    ]);
  });

  it('says which filters serve a listener, widest first', () => {
    const router = createRouter(KEY, '');
    router.serving({ ...all, devices: ['DU_1'], channels: ['alarm', 'data'], streams: ['s1'] }).should.eql(
      [
        ['+/alarm', 'DU_1/alarm'],
        ['+/data/+', '+/data/s1', 'DU_1/data/+', 'DU_1/data/s1'],
      ].map((patterns) => patterns.map((pattern) => `open/${KEY}/${pattern}`)),
    );
    router.serving({ ...all, channels: ['online'] }).should.eql([[`open/${KEY}/+/online`]]);
  });

  it('reads its own filters back', () => {
    for (const group of ['', 'g1', '$share']) {
      const router = createRouter(KEY, group);
      for (const shared of group === '' ? [false] : [true, false]) {
        const parsed = router.parseFilter(router.filter('DU_1/data/+', shared));
        parsed.should.eql({ pattern: 'DU_1/data/+', shared });
      }
    }
  });

  it('lets listeners come and go while it hands out', () => {
    const router = createRouter(KEY, '');
    const listeners = [1, 2, 3].map((): Listener => ({ ...all }));
    for (const one of listeners) router.add(one);
    const found: Listener[] = [];
    router.match({ device: 'DU_1', channel: 'alarm' }, (one) => {
      found.push(one);
      router.remove(one);
    });
    found.should.eql(listeners);
    router.filters(new Set()).size.should.equal(0);
  });
});
