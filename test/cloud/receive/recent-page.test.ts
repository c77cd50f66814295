import fc from 'fast-check';
import should from 'should';
import { type RecentRequest, recentPage, shownPayload } from '../../../cloud/receive/recent-page';
import { recentMessages } from './recent';

describe('a page of recent messages', () => {
  const ALL: RecentRequest = { since: 0, types: [], devices: [], limit: 100 };
  const noName = () => undefined;

  it('goes on from what the last one told, and begins anew with a number of another life', () => {
    const { recent, note } = recentMessages();
    const bodies = (since: number) =>
      recentPage(recent, noName, { ...ALL, since }).messages.map(({ payload }) => payload);
    note('DU_1/data/s', 'one');
    note('DU_1/data/s', 'two');
    const { last } = recentPage(recent, noName, ALL);
    should(bodies(0)).eql(['one', 'two']);
    should(bodies(last)).eql([]);
    note('DU_1/data/s', 'three');
    should(bodies(last)).eql(['three']);
    should(bodies(last + 1_000)).eql(['one', 'two', 'three']);
  });

  it('has the newest that fit types and devices, oldest first, with names', () => {
    const { recent, note } = recentMessages();
    for (const path of ['DU_1/data/s', 'DU_2/online', 'DU_1/online', 'DU_1/attributes', 'DU_3/online'])
      note(path);
    const page = (request: Partial<RecentRequest>) => {
      const { messages, more } = recentPage(recent, (device) => (device === 'DU_1' ? 'Pump' : undefined), {
        ...ALL,
        ...request,
      });
      return [...messages.map(({ device, type, name }) => [device, type, name].join(' ').trim()), more];
    };
    should(page({ types: ['online'] })).eql(['DU_2 online', 'DU_1 online Pump', 'DU_3 online', false]);
    should(page({ types: ['online', 'data'], devices: ['DU_1'] })).eql([
      'DU_1 data Pump',
      'DU_1 online Pump',
      false,
    ]);
    should(page({ limit: 2 })).eql(['DU_1 attributes Pump', 'DU_3 online', true]);
    should(page({ devices: ['DU_9'] })).eql([false]);
  });

  it('looks at the devices that are asked for', () => {
    const { recent, note } = recentMessages();
    const looked: (readonly string[])[] = [];
    recentPage({ ...recent, lookAt: (devices) => looked.push(devices) }, noName, {
      ...ALL,
      devices: ['DU_1'],
    });
    should(looked).eql([['DU_1']]);
    note('DU_1/attributes');
  });

  it('is bounded in characters', () => {
    const { recent, note } = recentMessages();
    const evil = Buffer.alloc(4_096, 'é');
    for (let i = 0; i < 100; i += 1)
      note('DU_1/data/s', Buffer.concat([Buffer.from([0xff]), evil.subarray(1)]));
    const { messages, more } = recentPage(recent, noName, { ...ALL, limit: 500 });
    should(more).be.true();
    should(JSON.stringify(messages).length).be.belowOrEqual(256 * 1024 + 10_000);
    should(messages.at(-1)?.seq).equal(recent.last);
  });

  for (const [what, body, complete, expected] of [
    ['JSON', Buffer.from('{"a":[1,null]}'), true, ['json', { a: [1, null] }]],
    [
      'JSON with an integer that is too long',
      Buffer.from('{"a":9007199254740993}'),
      true,
      ['json', { a: '9007199254740993' }],
    ],
    ['JSON that was cut', Buffer.from('{"a":[1,nu'), false, ['text', '{"a":[1,nu']],
    ['JSON with __proto__', Buffer.from('{"__proto__":{"x":1},"a":1}'), true, ['json', { a: 1 }]],
    ['text', Buffer.from('21,5 °C\r\n'), true, ['text', '21,5 °C\r\n']],
    ['text cut in a character', Buffer.from('温度').subarray(0, 5), false, ['text', '温']],
    ['text that ends in half a character', Buffer.from('温度').subarray(0, 5), true, ['hex', 'e6b8a9e5ba']],
    ['bytes', Buffer.from([1, 3, 2, 0, 235]), true, ['hex', '01030200eb']],
    ['text with a control character', Buffer.from('a\u0000b'), true, ['hex', '610062']],
    ['nothing', Buffer.alloc(0), true, ['text', '']],
  ] as const)
    it(`shows ${what} as ${expected[0]}`, () => {
      const { format, payload } = shownPayload(body, complete);
      should([format, payload]).eql(expected);
    });

  it('law: every payload can be shown, as JSON in a bounded number of characters', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), (bytes, complete) => {
        const shown = shownPayload(Buffer.from(bytes), complete);
        should(JSON.stringify(shown).length).be.belowOrEqual(6 * bytes.length + 60);
      }),
    );
  });
});
