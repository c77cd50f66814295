import fc from 'fast-check';
import should from 'should';
import {
  dropBlanks,
  isVariable,
  nameProblem,
  namesIn,
  SEPARATORS,
  wordProblem,
} from '../../../cloud/protocol/names';

describe('names', () => {
  const characters: [string, string, number][] = [
    ['DU_a\u200b', 'U+200B', 5],
    ['\ufeffDU_a', 'U+FEFF', 1],
    ['DU a', 'U+0020', 3],
    ['🚲\u00a0', 'U+00A0', 2],
    ['DU_\u{e0041}', 'U+E0041', 4],
    ['a\ud83d', 'U+D83D', 2],
    ['a\0', 'U+0000', 2],
  ];
  for (const [name, code, position] of characters) {
    it(`find ${code} in ${JSON.stringify(name)}`, () => {
      should(nameProblem(name)).containEql({ is: 'character', code, position });
    });
  }

  it('are shown with what cannot be seen in them, and in one line', () => {
    should(nameProblem('DU_\u200ba\n\u001b[31m')).containEql({ shown: 'DU_[U+200B]a[U+000A][U+001B][31m' });
  });

  it('of attributes and methods may hold blanks and separators, but nothing that cannot be seen', () => {
    for (const word of ['set led', 'a,b', '温度', '<img src=x>']) should(wordProblem(word)).be.undefined();
    should(wordProblem('set led\u200b')).containEql({ is: 'character', code: 'U+200B', position: 8 });
    should(wordProblem('')).eql({ is: 'shape' });
  });

  it('lose blanks and line ends around them, and no other white space', () => {
    dropBlanks(' \t\u3000DU_a \r\n').should.equal('DU_a');
    dropBlanks('\ufeffDU_a\u00a0').should.equal('\ufeffDU_a\u00a0');
  });

  describe('in a list', () => {
    const lists: [unknown, string[] | undefined][] = [
      ['DU_a', ['DU_a']],
      ['DU_a,DU_b', ['DU_a', 'DU_b']],
      ['DU_a，DU_b、DU_c;DU_d；DU_e', ['DU_a', 'DU_b', 'DU_c', 'DU_d', 'DU_e']],
      ['DU_a\r\nDU_b\nDU_c\n', ['DU_a', 'DU_b', 'DU_c']],
      [' DU_a , , DU_b ,', ['DU_a', 'DU_b']],
      ['DU_a DU_b', ['DU_a DU_b']],
      ['["DU_a", "b, c", 7]', ['DU_a', 'b, c', '7']],
      [
        ['DU_a ', 'b, c'],
        ['DU_a', 'b, c'],
      ],
      [7, ['7']],
      ['[DU_a', ['[DU_a']],
      ['', []],
      [' ,\n', []],
      ['[{}]', undefined],
      [[['a']], undefined],
      [true, undefined],
      [{}, undefined],
    ];
    for (const [value, names] of lists) {
      it(`${JSON.stringify(value)} are ${JSON.stringify(names)}`, () => should(namesIn(value)).eql(names));
    }

    it('hold no separator and no blank at an end, whatever the text', () => {
      const separator = new RegExp(`[${SEPARATORS}]|^[ \\t]|[ \\t]$|^$`);
      fc.assert(
        fc.property(fc.string({ unit: fc.constantFrom('a', ' ', ',', '，', '；', '\n', '"') }), (text) => {
          should(namesIn(text)?.some((name) => separator.test(name))).be.false();
        }),
      );
    });
  });

  it('of variables are those that Node-RED replaces', () => {
    /** From @node-red/runtime/lib/flows/util.js. */
    const replaced = (text: string) => /^\$\((\S+)\)$/.test(text) || /^\${(\S+)}$/.test(text);
    const unit = fc.constantFrom('$', '{', '}', '(', ')', 'A', ' ', '.', '-', '保', '\n');
    const wrapped = fc.string({ unit, maxLength: 8 }).map((name) => `\${${name}}`);
    fc.assert(
      fc.property(fc.oneof(wrapped, fc.string({ unit, maxLength: 8 })), (text) => {
        isVariable(text).should.equal(replaced(text));
      }),
    );
  });
});
