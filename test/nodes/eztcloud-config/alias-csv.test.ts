import fc from 'fast-check';
import should from 'should';
import { readCsv, rowOf, writeCsv } from '../../../nodes/eztcloud-config/alias-csv';
import { merge, readText, remarks, rowsOf, tableOf } from '../../../nodes/eztcloud-config/alias-rows';

describe('aliases as text', () => {
  const texts: [what: string, text: string, rows: [string, string, string[]][]][] = [
    ['a row', 'DU_1,Pump 1,north;water', [['DU_1', 'Pump 1', ['north', 'water']]]],
    [
      'lines of every kind, blank ones between',
      'DU_1,a\r\n\r\n \nDU_2,b\rDU_3,c\n',
      [
        ['DU_1', 'a', []],
        ['DU_2', 'b', []],
        ['DU_3', 'c', []],
      ],
    ],
    ['quoted fields', '"DU_1" , "Pump ""A"", hall 2","n;s"', [['DU_1', 'Pump "A", hall 2', ['n', 's']]]],
    ['what follows a quotation', '"a" b,c', [['a b', 'c', []]]],
    ['a quotation mark within', 'DU_1,19" rack', [['DU_1', '19" rack', []]]],
    ['cells of a spreadsheet', 'DU_1\tPump 1, hall 2\tn;s', [['DU_1', 'Pump 1, hall 2', ['n', 's']]]],
    ['headings', '\ufeffUsername,Name,Tags\nDU_1,a', [['DU_1', 'a', []]]],
    ['headings in Chinese', '设备用户名,名称\nDU_1,a', [['DU_1', 'a', []]]],
    ['a field too many', 'DU_1,a,north,#south', [['DU_1', 'a', ['north', 'south']]]],
    ['a username alone', 'DU_1', [['DU_1', '', []]]],
    ['a name alone', ',a', [['', 'a', []]]],
    ['hostile names', '__proto__,constructor,toString', [['__proto__', 'constructor', ['toString']]]],
    ['nothing', '', []],
  ];
  for (const [what, text, rows] of texts) {
    it(`${what} is read`, () => {
      const read = readCsv(text);
      read.rows.map(({ device, name, tags }) => [device, name, tags]).should.eql(rows);
      should(read.unclosed).be.undefined();
    });
  }

  it('a row knows its line, also after a quoted line end', () => {
    const { rows } = readCsv('DU_1,"two\nlines"\n\nDU_2,b');
    rows.map(({ line }) => line).should.eql([1, 4]);
  });

  it('a quotation mark without its partner is reported with its line, and nothing is lost', () => {
    const { rows, unclosed } = readCsv('DU_1,a\nDU_2,"b\nDU_3,c');
    should(unclosed).equal(2);
    should(rows.at(-1)).containEql({ device: 'DU_2', name: 'b\nDU_3,c' });
  });

  it('JSON and a variable are taken too', () => {
    const read = readText('{"DU_1":{"name":"a","tags":["b"]}}');
    should('rows' in read && read.rows).eql([{ line: 1, device: 'DU_1', name: 'a', tags: ['b'] }]);
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Node-RED's form of an environment variable
    should(readText(' ${ALIASES}\n')).eql({ variable: '${ALIASES}' });
    const csv = readText('{a,b');
    should('rows' in csv && csv.rows[0]).containEql({ device: '{a', name: 'b' });
  });

  it('rows of a username that is there already come in its place', () => {
    const rows = merge([rowOf('DU_1', 'a', 'x'), rowOf('DU_2', 'b', '')], readCsv('DU_2,c\nDU_3,d').rows);
    rows.map(({ device, name }) => device + name).should.eql(['DU_1a', 'DU_2c', 'DU_3d']);
    tableOf([...rows, rowOf('', '', '')]).should.eql({
      DU_1: { name: 'a', tags: ['x'] },
      DU_2: { name: 'c', tags: [] },
      DU_3: { name: 'd', tags: [] },
    });
  });

  it('what is wrong is said of the row, what is only unwise as a note', () => {
    const { rows } = readCsv(
      'a/b,x\nDU_1,Twin\nDU_2,Twin\nDU_3,a\u200b\nDU_4,b,#\nDU_5,DU_1\nDU_6,c\nDU_6,d',
    );
    remarks(rows)
      .map(({ row, column, key, note }) => [row, column, key, note])
      .should.eql([
        [0, 'device', 'level', false],
        [1, 'name', 'ambiguous', true],
        [2, 'name', 'ambiguous', true],
        [3, 'name', 'character', false],
        [4, 'tags', 'aliasTags', false],
        [5, 'name', 'ambiguous', true],
        [6, 'device', 'deviceTwice', false],
        [7, 'device', 'deviceTwice', false],
      ]);
  });

  it('a row that would keep Node-RED from starting the project is marked, and not saved', () => {
    const { rows } = readCsv('DU_1,a\nhasOwnProperty,b');
    remarks(rows)
      .map(({ row, column, note }) => [row, column, note])
      .should.eql([[1, 'device', false]]);
    tableOf(rows).should.eql({ DU_1: { name: 'a', tags: [] } });
  });

  it('a table of the flow file is read as far as it is one', () => {
    should(rowsOf({ DU_1: 'a', DU_2: { name: 5, tags: 'x' }, DU_3: null })).eql([
      { device: 'DU_1', name: 'a', tags: [] },
      { device: 'DU_2', name: '5', tags: [] },
      { device: 'DU_3', name: '', tags: [] },
    ]);
    for (const other of ['text', 5, []]) should(rowsOf(other)).be.undefined();
  });

  it('law: what is written is read again', () => {
    const field = fc.string({ unit: 'grapheme', maxLength: 8 }).map((text) => text.replace(/[\t\r]/g, ''));
    const row = fc.tuple(field, field, fc.array(field, { maxLength: 3 }));
    fc.assert(
      fc.property(fc.array(row, { maxLength: 5 }), (given) => {
        const rows = given
          .map(([device, name, tags]) => rowOf(`DU_${device}`, name, tags.join(';')))
          .filter(({ device }) => !device.includes('\n'));
        readCsv(writeCsv(rows))
          .rows.map(({ line: _, ...read }) => read)
          .should.eql(rows);
      }),
      { numRuns: 500 },
    );
  });
});
