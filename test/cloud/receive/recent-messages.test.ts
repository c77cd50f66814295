import fc from 'fast-check';
import should from 'should';
import { CHANNELS } from '../../../cloud/protocol/topics';
import { createRecentMessages, LONGEST_BODY } from '../../../cloud/receive/recent-messages';
import { recentMessages, START } from './recent';

describe('recent messages', () => {
  it('hold what was received, newest first, with numbers that grow, also over a restart', () => {
    const { recent, note } = recentMessages();
    const before = recent.last;
    note('DU_1/data/s1', 'x', { at: 1 });
    note('DU_2/online', '{"online":true}', { at: 2, retain: true });
    note('DU_1/attributes', '{"a":1}', { at: 3, own: true });
    const all = recent.newest();
    should(all.map(({ seq }) => seq - before)).eql([3, 2, 1]);
    should(recent.last).equal(before + 3);
    const [attributes, online, data] = all;
    should(data).containEql({
      timestamp: START + 1,
      topic: 'open/PR_1/DU_1/data/s1',
      device: 'DU_1',
      type: 'data',
      stream: 's1',
      qos: 1,
      retain: false,
      own: false,
      size: 1,
      complete: true,
    });
    should([online?.retain, attributes?.own, attributes?.body.toString()]).eql([true, true, '{"a":1}']);
    should('stream' in (online ?? {})).be.false();
    should(recent.newest(['online', 'online']).map(({ device }) => device)).eql(['DU_2']);
    should(createRecentMessages(START + 60_000).last).be.above(recent.last + 60 * CHANNELS.length * 100);
  });

  it('a flood of one type neither pushes out another type nor is taken whole', () => {
    const { recent, note } = recentMessages();
    note('DU_1/alarm', '{"alerting":true}');
    // 5,000 a second, for ten seconds.
    for (let i = 0; i < 50_000; i += 1) note(`DU_${i % 5_000}/attributes`, '{"a":1}', { at: i / 5 });
    const begin = recent.newest(['alarm'])[0]?.seq ?? 0;
    should(recent.last - begin).be.within(500, 700);
    should(recent.passed).equal(50_000 - (recent.last - begin));
    should(recent.newest(['attributes']).length).equal(200);
    should(recent.newest()[200]?.device).equal('DU_1');
  });

  it('all of a burst that fits is taken', () => {
    const { recent, note } = recentMessages();
    for (let i = 0; i < 100; i += 1) note(`DU_${i}/attributes`);
    should(recent.newest().length).equal(100);
    note('DU_100/attributes');
    should(recent.newest().length).equal(100);
    note('DU_101/attributes', '{}', { at: 20 });
    should(recent.newest()[0]?.device).equal('DU_101');
  });

  it('goes on when the clock is set back', () => {
    const { recent, note } = recentMessages();
    for (let i = 0; i < 200; i += 1) note('DU_1/attributes', '{}', { at: 1e7 });
    note('DU_2/attributes', '{}', { at: 0 });
    note('DU_3/attributes', '{}', { at: 20 });
    should(recent.newest()[0]?.device).equal('DU_3');
  });

  it('a device that somebody looks at is seen in a flood, for as long as somebody does', () => {
    const { recent, note } = recentMessages();
    const flood = (at: number) => {
      for (let i = 0; i < 1_000; i += 1) note(`DU_${i}/attributes`, '{}', { at });
      note('DU_mine/attributes', '{"mine":true}', { at });
    };
    const mine = () => recent.newest().filter(({ device }) => device === 'DU_mine').length;
    flood(0);
    should(mine()).equal(0);
    recent.lookAt(['DU_mine'], START);
    flood(1);
    flood(9_999);
    should(mine()).equal(2);
    flood(10_000);
    should(mine()).equal(2);
    // A flood of its own is bounded, too.
    recent.lookAt(['DU_mine'], START + 20_000);
    const before = recent.last;
    for (let i = 0; i < 10_000; i += 1) note('DU_mine/attributes', '{}', { at: 20_000 });
    should(recent.last - before).equal(200);
  });

  it('so many devices are looked at, those that were named last', () => {
    const { recent, note } = recentMessages();
    recent.lookAt(
      Array.from({ length: 101 }, (_, i) => `DU_${i}`),
      START,
    );
    for (let i = 0; i < 100; i += 1) note('DU_other/attributes');
    note('DU_0/attributes');
    should(recent.newest()[0]?.device).equal('DU_other');
    note('DU_100/attributes');
    should(recent.newest()[0]?.device).equal('DU_100');
  });

  it('a body is a copy with memory of its own, cut where it is long', () => {
    const { recent, note } = recentMessages();
    note('DU_1/data/s', Buffer.alloc(100_000, 'a'));
    note('DU_1/data/s', 'short');
    note(`DU_1/data/${'s'.repeat(2_000)}`, 'the topic is too long');
    const [short, long] = recent.newest();
    should([long?.size, long?.body.length, long?.complete]).eql([100_000, LONGEST_BODY, false]);
    should([short?.body.toString(), short?.complete]).eql(['short', true]);
    should([short, long].map((message) => message?.body.buffer.byteLength)).eql([5, LONGEST_BODY]);
    should(recent.newest().length).equal(2);
  });

  it('law: whatever comes, count and bytes are bounded, and what is held is the newest that was taken', () => {
    const message = fc.record({
      device: fc.constantFrom('DU_1', 'DU_2', 'DU_3'),
      type: fc.constantFrom(...CHANNELS),
      size: fc.oneof(fc.nat(20), fc.nat(20_000)),
      times: fc.oneof(fc.constant(1), fc.nat(300)),
      wait: fc.oneof(fc.constant(0), fc.integer({ min: -1_000, max: 60_000 })),
      look: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(message, { maxLength: 60 }), (all) => {
        const { recent, note } = recentMessages();
        let at = 0;
        for (const { device, type, size, times, wait, look } of all) {
          at += wait;
          if (look) recent.lookAt([device], START + at);
          const path = `${device}/${type}${type === 'data' ? '/s' : ''}`;
          const body = Buffer.alloc(size);
          for (let i = 0; i < times; i += 1) {
            const before = recent.last;
            note(path, body, { at });
            const newest = recent.newest([type])[0];
            if (recent.last > before)
              should([newest?.seq, newest?.device, newest?.size]).eql([recent.last, device, size]);
          }
        }
        for (const type of CHANNELS) {
          const held = recent.newest([type]);
          should(held.length).be.belowOrEqual(200);
          should(held.reduce((sum, { body }) => sum + body.buffer.byteLength, 0)).be.belowOrEqual(400 * 1024);
          should(held.map(({ seq }) => seq)).eql(held.map(({ seq }) => seq).sort((a, b) => b - a));
        }
        should(recent.newest().length).equal(
          CHANNELS.reduce((sum, type) => sum + recent.newest([type]).length, 0),
        );
      }),
      { numRuns: 40 },
    );
  });
});
