import should from 'should';
import { type Aliases, createAliases, NO_ALIASES } from '../../../cloud';
import { devicesIn } from '../../../nodes/eztcloud-config/recent-handler';
import { configuredDevices, devicesOf, listenedDevices, namesList } from '../../../nodes/shared/devices';
import { refusalOf } from '../../support/refusal';

describe('devices named in a message', () => {
  const named: [unknown, string[]][] = [
    ['DU_a', ['DU_a']],
    ['DU_a ', ['DU_a']],
    [' DU_a', ['DU_a']],
    ['DU_a\r\n', ['DU_a']],
    ['\u3000DU_a', ['DU_a']],
    ['DU_a, DU_b', ['DU_a', 'DU_b']],
    ['DU_a，DU_b、DU_c；DU_d;DU_a', ['DU_a', 'DU_b', 'DU_c', 'DU_d']],
    ['DU_a\nDU_b\n', ['DU_a', 'DU_b']],
    ['["DU_a","DU_b"]', ['DU_a', 'DU_b']],
    [
      ['DU_a', ' DU_b', 'DU_a'],
      ['DU_a', 'DU_b'],
    ],
    [['DU_a,DU_b'], ['DU_a', 'DU_b']],
  ];
  for (const [device, devices] of named) {
    it(`${JSON.stringify(device)} is ${devices}`, () => {
      devicesOf(NO_ALIASES, '', { device }).should.eql(devices);
      if (typeof device === 'string')
        devicesOf(NO_ALIASES, device, { device: 'DU_other' }).should.eql(devices);
    });
  }

  it('a tag that is named a thousand times is looked up once', () => {
    const table = Object.fromEntries(['DU_1', 'DU_2'].map((device) => [device, { name: '', tags: ['t'] }]));
    const aliases = createAliases(table);
    let found = 0;
    const counting: Aliases = {
      ...aliases,
      usernames(name) {
        found += 1;
        return aliases.usernames(name);
      },
      find(name) {
        found += 1;
        return aliases.find(name);
      },
    };
    const text = '#t,'.repeat(1_000);
    for (const named of [
      devicesOf(counting, '', { device: text }),
      listenedDevices(counting, 'devices', [text]),
      devicesIn(counting, text),
    ])
      should(named).eql(['DU_1', 'DU_2']);
    should(found).equal(3);
  });

  const refused: [unknown, reason: string, says?: string][] = [
    [undefined, 'deviceMissing'],
    [null, 'deviceMissing'],
    ['', 'deviceMissing'],
    [' \n', 'deviceMissing'],
    [', ,', 'deviceMissing'],
    [[], 'deviceMissing'],
    [['DU_a', ''], 'deviceMissing'],
    [['DU_a', null], 'deviceMissing'],
    ['DU_a\u200b', 'deviceCharacter', '"DU_a[U+200B]"'],
    ['\ufeffDU_a', 'deviceCharacter', 'U+FEFF'],
    ['DU_a\u00a0', 'deviceCharacter', 'U+00A0'],
    ['DU_b, DU\u00ad_a', 'deviceCharacter', 'character 3'],
    ['DU_a DU_b', 'deviceCharacter', 'U+0020'],
    [['DU_a', 'DU_b\u2060'], 'deviceCharacter', 'U+2060'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: nobody has replaced it
    ['${DU}', 'deviceVariable'],
    ['a/b', 'deviceInvalid'],
    ['#', 'deviceInvalid'],
    ['DU_a,+', 'deviceInvalid'],
    ['x'.repeat(129), 'deviceInvalid'],
    [5, 'deviceInvalid'],
    [['DU_a', 5], 'deviceInvalid'],
    [[['DU_a']], 'deviceInvalid'],
    [{ toString: () => 'DU_a' }, 'deviceInvalid'],
  ];
  for (const [device, reason, says = ''] of refused) {
    it(`${JSON.stringify(device)?.slice(0, 40)} is ${reason}`, () => {
      const error = refusalOf(() => devicesOf(NO_ALIASES, '', { device }));
      error.should.containEql({ code: 'EZT_DEVICE', reason });
      error.message.should.containEql(says);
    });
  }

  describe('by what people call them', () => {
    const aliases = createAliases({
      DU_a: { name: 'Pump 1', tags: ['north'] },
      DU_b: { name: 'Pump 2, hall 3', tags: ['north', 'ground floor'] },
      DU_c: { name: '水泵', tags: [] },
    });
    const found: [unknown, string[]][] = [
      ['Pump 1', ['DU_a']],
      [' Pump 1\n', ['DU_a']],
      ['Pump 2, hall 3', ['DU_b']],
      ['Pump 1；水泵', ['DU_a', 'DU_c']],
      ['水泵, DU_c', ['DU_c']],
      ['#north', ['DU_a', 'DU_b']],
      ['＃north', ['DU_a', 'DU_b']],
      ['# ground floor ', ['DU_b']],
      ['#north,DU_a,DU_x', ['DU_a', 'DU_b', 'DU_x']],
      [
        ['Pump 2, hall 3', 'Pump 1, DU_y', '#north'],
        ['DU_b', 'DU_a', 'DU_y'],
      ],
      ['["Pump 1", "#ground floor"]', ['DU_a', 'DU_b']],
    ];
    for (const [device, devices] of found)
      it(`${JSON.stringify(device)} is ${devices}`, () => {
        devicesOf(aliases, '', { device }).should.eql(devices);
      });

    const unknown: [unknown, reason: string, says: string][] = [
      ['Pump 9', 'deviceCharacter', 'neither an alias'],
      ['#south', 'tagUnknown', '#south'],
      [['DU_a', '#'], 'deviceInvalid', ''],
      ['Pump\u00a01', 'deviceCharacter', 'U+00A0'],
    ];
    for (const [device, reason, says] of unknown) {
      it(`${JSON.stringify(device)} is ${reason}`, () => {
        const error = refusalOf(() => devicesOf(aliases, '', { device }));
        error.should.containEql({ code: 'EZT_DEVICE', reason });
        error.message.should.containEql(says);
      });
    }

    it('what a node listens to is never every device by mistake', () => {
      listenedDevices(aliases, 'devices', []).should.eql([]);
      listenedDevices(aliases, 'devices', ['#north', 'Pump 1', 'DU_x']).should.eql(['DU_a', 'DU_b', 'DU_x']);
      refusalOf(() => listenedDevices(aliases, 'devices', ['#south'])).reason.should.equal('tagUnknown');
      refusalOf(() => listenedDevices(aliases, 'devices', [','])).code.should.equal('EZT_CONFIG');
      refusalOf(() => listenedDevices(aliases, 'devices', ['Pump 9'])).code.should.equal('EZT_CONFIG');
    });
  });

  it('the node’s come first', () => {
    devicesOf(NO_ALIASES, 'DU_a', { device: 'DU_b' }).should.eql(['DU_a']);
    devicesOf(NO_ALIASES, ['DU_a', 'DU_c'], { device: 'DU_b' }).should.eql(['DU_a', 'DU_c']);
  });

  const aliases = createAliases({
    DU_b: { name: 'Pump 2, hall 3', tags: [] },
    DU_c: { name: '#3' },
    DU_d: { name: '[old] pump' },
  });
  const lists: [configured: string | string[], device: unknown, isList: boolean][] = [
    ['', 'DU_a', false],
    ['DU_a', ['DU_b'], false],
    ['', ['DU_a'], true],
    [['DU_a'], 'DU_b', true],
    ['', 'DU_a；DU_b', true],
    ['', '["DU_a"]', true],
    ['', ' #pumps', true],
    ['', ' ＃pumps', true],
    ['', 'Pump 2, hall 3', false],
    ['', ' #3', false],
    ['[old] pump', undefined, false],
    ['', undefined, false],
  ];
  for (const [configured, device, isList] of lists) {
    it(`${JSON.stringify(configured)}, msg.device ${JSON.stringify(device)}: ${isList ? 'a list' : 'no list'}`, () => {
      namesList(aliases, configured, { device }).should.equal(isList);
    });
  }

  it('the field may be a list that a variable held, and nothing else but text', () => {
    const configured = (device: unknown) =>
      configuredDevices({ id: 'n', type: 't', z: '', name: '', device });
    should(configured([' DU_a', 'DU_b'])).eql(['DU_a', 'DU_b']);
    should(configured(undefined)).equal('');
    for (const device of [{}, [{}]]) refusalOf(() => configured(device)).code.should.equal('EZT_CONFIG');
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Node-RED leaves it when there is no such variable
    refusalOf(() => configured('${DU}')).reason.should.equal('noVariable');
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Node-RED never replaces it
    refusalOf(() => configured(' ${DU}')).reason.should.equal('brokenVariable');
  });
});
