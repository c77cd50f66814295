import fc from 'fast-check';
import should from 'should';
import { Placeholder, shown, typeShown } from '../../../nodes/preview/shown';

describe('a value as forms show it', () => {
  it('is JSON that can be read', () => {
    const value = { a: [1, 'ü "', null, true], empty: {}, none: [] };
    should(shown(value)).equal(JSON.stringify(value, undefined, 2));
  });

  it('is JSON whatever small JSON it is', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        const text = shown(value);
        if (!text.includes('…')) should(JSON.parse(text)).eql(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('has an end, and says what it leaves out', () => {
    let deep: unknown = 'end';
    for (let i = 0; i < 200; i += 1) deep = [deep];
    const wide = Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`key ${i}`, 'x'.repeat(500)]));
    for (const value of [
      deep,
      wide,
      [wide, wide],
      'x'.repeat(1e6),
      Buffer.alloc(1e6),
      { ['k'.repeat(1e6)]: 1 },
    ]) {
      should(shown(value).length).be.below(16_000);
      should(shown(value)).containEql('…');
    }
    should(shown(Array.from({ length: 120 }, () => 0))).endWith('0,\n  … (20)\n]');
  });

  it('has bytes as the debug sidebar, and a word for what only the flow knows', () => {
    should(shown({ a: Buffer.from([1, 255]) })).equal('{\n  "a": buffer[2] 01 ff\n}');
    should(shown({ a: new Placeholder('msg.payload') })).equal('{\n  "a": ‹msg.payload›\n}');
    const types = [Buffer.alloc(2), [1], 'abc', null, { a: 1 }, 5, true].map(typeShown);
    should(types).eql(['buffer[2]', 'array[1]', 'string[3]', 'null', 'Object', 'number', 'boolean']);
  });
});
