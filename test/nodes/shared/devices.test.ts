import should from 'should';
import { EztError } from '../../../cloud';
import { configuredDevices, deviceOf, devicesOf } from '../../../nodes/shared/devices';

function refusal(action: () => unknown): EztError {
  try {
    action();
  } catch (error) {
    if (error instanceof EztError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

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
      devicesOf('', { device }).should.eql(devices);
      if (typeof device === 'string') devicesOf(device, { device: 'DU_other' }).should.eql(devices);
    });
  }

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
      const error = refusal(() => devicesOf('', { device }));
      error.should.containEql({ code: 'EZT_DEVICE', reason });
      error.message.should.containEql(says);
    });
  }

  it('the node’s come first', () => {
    devicesOf('DU_a', { device: 'DU_b' }).should.eql(['DU_a']);
    devicesOf(['DU_a', 'DU_c'], { device: 'DU_b' }).should.eql(['DU_a', 'DU_c']);
  });

  it('a node that serves one takes one', () => {
    deviceOf('', { device: ' DU_a,' }).should.equal('DU_a');
    const error = refusal(() => deviceOf('', { device: ['DU_a', 'DU_b'] }));
    error.should.containEql({ code: 'EZT_DEVICE', reason: 'deviceSeveral' });
  });

  it('the field may be a list that a variable held, and nothing else but text', () => {
    const configured = (device: unknown) =>
      configuredDevices({ id: 'n', type: 't', z: '', name: '', device });
    should(configured([' DU_a', 'DU_b'])).eql(['DU_a', 'DU_b']);
    should(configured(undefined)).equal('');
    for (const device of [{}, [{}]]) refusal(() => configured(device)).code.should.equal('EZT_CONFIG');
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Node-RED leaves it when there is no such variable
    refusal(() => configured('${DU}')).reason.should.equal('noVariable');
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Node-RED never replaces it
    refusal(() => configured(' ${DU}')).reason.should.equal('brokenVariable');
  });
});
