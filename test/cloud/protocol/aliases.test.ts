import fc from 'fast-check';
import should from 'should';
import { createAliases, NO_ALIASES } from '../../../cloud/protocol/aliases';
import { EztError } from '../../../cloud/protocol/errors';
import { nameProblem } from '../../../cloud/protocol/names';
import { refusalOf } from '../../support/refusal';

describe('aliases', () => {
  const table = {
    DU_1: { name: 'Pump 1', tags: ['north', '#water'] },
    DU_2: { name: ' Pump 2 ', tags: ['north'] },
    DU_3: { name: 'Twin', tags: [] },
    DU_4: { name: 'Twin', tags: ['south'] },
    DU_5: { name: '', tags: ['south'] },
    DU_6: { name: 'DU_7', tags: [] },
    DU_8: { name: 'DU_5', tags: [] },
    DU_9: { name: '#north', tags: [] },
  };
  const aliases = createAliases(table);

  it('name devices, and devices have tags', () => {
    should(aliases.nameOf('DU_1')).equal('Pump 1');
    should(aliases.nameOf('DU_2')).equal('Pump 2');
    should(aliases.nameOf('DU_5')).be.undefined();
    should(aliases.nameOf('DU_x')).be.undefined();
    should(aliases.tagsOf('DU_1')).eql(['north', 'water']);
    should(aliases.tagsOf('DU_x')).eql([]);
    should(aliases.size).equal(8);
  });

  const found: [string, string[]][] = [
    ['Pump 1', ['DU_1']],
    ['  Pump 2\t', ['DU_2']],
    ['DU_1', ['DU_1']],
    ['DU_x', ['DU_x']],
    ['泵', ['泵']],
    ['#south', ['DU_4', 'DU_5']],
    ['#water', ['DU_1']],
    ['DU_7', ['DU_6']],
    // An alias comes before a tag.
    ['#north', ['DU_9']],
    ['＃north', ['DU_1', 'DU_2']],
  ];
  for (const [name, devices] of found) {
    it(`${JSON.stringify(name)} is ${devices}`, () => {
      aliases.usernames(name).should.eql(devices);
    });
  }

  const refused: [string, reason: string, says: string][] = [
    ['Twin', 'aliasAmbiguous', 'DU_3, DU_4'],
    // What ezt-in received from DU_5 must not be sent to DU_8.
    ['DU_5', 'aliasAmbiguous', 'DU_8, DU_5'],
    ['#west', 'tagUnknown', '#west'],
    ['#', 'deviceInvalid', ''],
    ['pump 1', 'deviceCharacter', 'U+0020'],
    ['Pump\u200b1', 'deviceCharacter', 'U+200B'],
    ['a/b', 'deviceInvalid', ''],
    ['', 'deviceInvalid', ''],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: nobody has replaced it
    ['${X}', 'deviceVariable', ''],
  ];
  for (const [name, reason, says] of refused) {
    it(`${JSON.stringify(name)} is ${reason}`, () => {
      const error = refusalOf(() => aliases.usernames(name));
      error.should.containEql({ code: 'EZT_DEVICE', reason });
      error.message.should.containEql(says);
    });
  }

  it('are found however the keyboard composes their letters', () => {
    const cafe = createAliases({ DU_1: { name: 'cafe\u0301', tags: ['e\u0301'] } });
    cafe.usernames('caf\u00e9').should.eql(['DU_1']);
    cafe.usernames('#\u00e9').should.eql(['DU_1']);
    should(cafe.nameOf('DU_1')).equal('caf\u00e9');
  });

  it('that hold a separator are one name in a text that is nothing else', () => {
    const { namesIn } = createAliases({ DU_1: { name: 'Pump 1, hall 2', tags: [] } });
    should(namesIn(' Pump 1, hall 2')).eql(['Pump 1, hall 2']);
    should(namesIn('Pump 1, hall 3')).eql(['Pump 1', 'hall 3']);
    should(namesIn('DU_1,Pump 1')).eql(['DU_1', 'Pump 1']);
    should(namesIn({})).be.undefined();
  });

  it('a few of many devices are named in an error', () => {
    const many = Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`DU_${i}`, { name: 'x' }]));
    refusalOf(() => createAliases(many).usernames('x')).message.should.match(/fits 9 .*DU_4, …/);
  });

  describe('in a table', () => {
    const accepted: [string, unknown, number][] = [
      ['nothing', undefined, 0],
      ['null', null, 0],
      ['empty text', ' \n', 0],
      ['JSON text', '{"DU_1":{"name":"a","tags":["b"]}}', 1],
      ['a row without tags', { DU_1: { name: 'a' } }, 1],
      ['a row without a name', { DU_1: { tags: ['a'] } }, 1],
      ['just the name', { DU_1: 'a' }, 1],
    ];
    for (const [what, given, size] of accepted) {
      it(`${what} is accepted`, () => {
        createAliases(given).size.should.equal(size);
      });
    }

    const invalid: [string, unknown, reason: string][] = [
      ['a list', [], 'aliasesInvalid'],
      ['a number', 5, 'aliasesInvalid'],
      ['text that is no JSON', 'DU_1: a', 'aliasesInvalid'],
      ['JSON text that is no table', '["DU_1"]', 'aliasesInvalid'],
      ['a name that is no text', { DU_1: { name: 5, tags: [] } }, 'aliasName'],
      ['a row that is null', { DU_1: null }, 'aliasName'],
      ['a long name', { DU_1: { name: 'x'.repeat(129) } }, 'aliasName'],
      ['an invisible character', { DU_1: { name: 'a\u200b' } }, 'badCharacter'],
      ['a line end in a name', { DU_1: { name: 'a\nb' } }, 'badCharacter'],
      // biome-ignore lint/suspicious/noTemplateCurlyInString: nobody has replaced it
      ['a variable', { DU_1: { name: '${X}' } }, 'brokenVariable'],
      ['tags that are text', { DU_1: { name: 'a', tags: 'b' } }, 'aliasTags'],
      ['a tag that is no text', { DU_1: { name: 'a', tags: [1] } }, 'aliasTags'],
      ['an empty tag', { DU_1: { name: 'a', tags: [''] } }, 'aliasTags'],
      ['a tag with a separator', { DU_1: { name: 'a', tags: ['b;c'] } }, 'aliasTags'],
      ['too many tags', { DU_1: { tags: Array.from({ length: 51 }, (_, i) => `t${i}`) } }, 'aliasTags'],
      ['a username with a slash', { 'a/b': { name: 'a' } }, 'aliasDevice'],
      ['an empty username', { '': { name: 'a' } }, 'aliasDevice'],
      ['what no node of Node-RED may hold as a key', { hasOwnProperty: { name: 'a' } }, 'aliasDevice'],
      ['a username with a blank', { 'DU 1': { name: 'a' } }, 'badCharacter'],
      ['too many', Object.fromEntries(Array.from({ length: 100_001 }, (_, i) => [i, ''])), 'aliasesTooMany'],
    ];
    for (const [what, given, reason] of invalid) {
      it(`${what} is refused`, () => {
        refusalOf(() => createAliases(given)).should.containEql({ code: 'EZT_CONFIG', reason });
      });
    }

    it('names of prototypes are names like others', () => {
      const odd = createAliases('{"__proto__":{"name":"constructor","tags":["__proto__"]}}');
      odd.usernames('constructor').should.eql(['__proto__']);
      odd.usernames('#__proto__').should.eql(['__proto__']);
      should(odd.nameOf('toString')).be.undefined();
      NO_ALIASES.usernames('toString').should.eql(['toString']);
      NO_ALIASES.usernames('__proto__').should.eql(['__proto__']);
    });

    it('hundred thousand devices are found one by one', () => {
      const many: Record<string, object> = {};
      for (let i = 0; i < 100_000; i += 1) many[`DU_${i}`] = { name: `Pump ${i}`, tags: [`t${i % 10}`] };
      const big = createAliases(many);
      for (let i = 0; i < 100_000; i += 1) should(big.usernames(`Pump ${i}`)[0] === `DU_${i}`).be.true();
      big.usernames('#t3').length.should.equal(10_000);
    });
  });

  it('law: what is looked up is a valid username, or an EZT_DEVICE', () => {
    const word = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 6 }),
      fc.constantFrom('DU_1', 'DU_2', 'a b', '#t', 't', '__proto__'),
    );
    const rows = fc.array(fc.tuple(word, word, fc.array(word, { maxLength: 3 })), { maxLength: 5 });
    const law = fc.property(rows, word, (given, asked) => {
      const all = Object.fromEntries(given.map(([device, name, tags]) => [device, { name, tags }]));
      try {
        const { usernames, namesIn, nameOf } = createAliases(all);
        for (const name of [asked, ...(namesIn(asked) ?? []), ...given.flatMap(([, alias]) => [alias])]) {
          const devices = usernames(name);
          devices.length.should.be.above(0);
          for (const device of devices) should(nameProblem(device)).be.undefined();
          if (nameOf(devices[0] as string) === name.trim()) should(devices).have.length(1);
        }
      } catch (error) {
        if (!(error instanceof EztError)) throw error;
        ['EZT_DEVICE', 'EZT_CONFIG'].should.containEql(error.code);
      }
    });
    fc.assert(law, { numRuns: 1000 });
  });
});
