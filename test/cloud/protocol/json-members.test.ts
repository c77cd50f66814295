import fc from 'fast-check';
import should from 'should';
import { fromMembers, membersOf } from '../../../cloud/protocol/json-members';

describe('the members of a JSON object', () => {
  it('are found as they are written, whatever they hold', () => {
    const text = '{ "a" : 12345678901234567890 , "b,{\\"": [1, {"c": "]},\\\\"}], "":null}';
    should([...(membersOf(text) ?? [])]).deepEqual([
      ['a', '12345678901234567890'],
      ['b,{"', '[1, {"c": "]},\\\\"}]'],
      ['', 'null'],
    ]);
  });

  it('make the object again', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.constantFrom(undefined, 2),
        (object, indent) => {
          const members = membersOf(JSON.stringify(object, undefined, indent));
          should(JSON.parse(fromMembers(members ?? new Map()))).deepEqual(JSON.parse(JSON.stringify(object)));
        },
      ),
    );
  });

  for (const text of ['', '[1]', '"{}"', '{"a":1', '{"a":1}}', 'null', '{a:1}'])
    it(`are none in what is no JSON object: ${text || 'nothing'}`, () =>
      should(membersOf(text)).be.undefined());

  it('are found in no time in a long text of blanks', () => {
    const members = membersOf(`{"a":"${' '.repeat(1_000_000)}" ${' '.repeat(1_000_000)}}`);
    should(members?.get('a')?.length).equal(1_000_002);
  });
});
