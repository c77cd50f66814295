import should from 'should';
import { says } from './registered';

describe('validators that look at other properties', () => {
  it('a group needs MQTT 5', () => {
    should(says('eztcloud-config', 'group', 'g', { protocol: '3.1.1' })).equal('groupProtocol');
    should(says('eztcloud-config', 'group', '', { protocol: '3.1.1' })).equal(true);
  });

  it('a deadband is needed where it is used', () => {
    const when = { when: 'deadband' };
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Node-RED's form of an environment variable
    for (const value of ['0.5', '.5', '5%', ' 5 % ', 0, 3, '${BAND}'])
      should(says('ezt-in', 'deadband', value, when)).equal(true, String(value));
    for (const value of ['', ' ', undefined, '-1', '1,5', 'x', '5%%', Number.NaN, true])
      should(says('ezt-in', 'deadband', value, when)).equal('deadband', String(value));
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable that is not the whole value
    should(says('ezt-in', 'deadband', '${A B}', when)).equal('variable');
  });

  const limit = { mode: 'threshold', op: 'gt', value: 30 };
  const limits: [property: string, value: unknown, node: object, says: unknown][] = [
    ['attribute', 't', limit, true],
    ['attribute', '温度 1', limit, true],
    ['attribute', '', limit, 'missing'],
    ['attribute', ' ', limit, 'missing'],
    ['attribute', undefined, limit, 'missing'],
    ['attribute', 't\u200b', limit, 'character'],
    ['value', '-5.5', limit, true],
    ['value', 0, limit, true],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable
    ['value', '${LIMIT}', limit, true],
    ['value', '', limit, 'missing'],
    ['value', 'warm', limit, 'anyNumber'],
    ['value', 'warm', { ...limit, op: 'eq' }, true],
    ['value', false, { ...limit, op: 'neq' }, true],
    ['clear', '', limit, true],
    ['clear', 28, limit, true],
    ['clear', 31, limit, 'clearAbove'],
    ['clear', 29, { ...limit, op: 'lte' }, 'clearBelow'],
    ['clear', 'cool', limit, 'anyNumber'],
    ['clear', 5, { ...limit, op: 'eq' }, 'clearOrder'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable, of which nothing is known here
    ['clear', 31, { ...limit, value: '${LIMIT}' }, true],
    ['clear', 31, { ...limit, value: 'warm' }, true],
  ];
  for (const [property, value, node, sentence] of limits) {
    it(`ezt-watch.${property} ${JSON.stringify(value)} of ${JSON.stringify(node)}: ${sentence}`, () => {
      should(says('ezt-watch', property, value, node)).equal(sentence);
    });
  }

  describe('of devices by alias or tag', () => {
    const cases: [type: string, property: string, value: unknown, cloud: string, said: unknown][] = [
      ['ezt-in', 'devices', ['Pump 1', '#north', 'DU_9'], 'pumps', true],
      ['ezt-in', 'devices', '"Pump 2, hall 3", Pump 1', 'pumps', true],
      ['ezt-in', 'devices', ['Pump 9'], 'pumps', 'character'],
      ['ezt-in', 'devices', ['#west'], 'pumps', 'tag'],
      ['ezt-in', 'devices', ['Twin'], 'pumps', 'ambiguous'],
      ['ezt-in', 'devices', ['#'], 'pumps', 'level'],
      ['ezt-in', 'devices', ['#west', 'Pump 9'], 'variable', true],
      ['ezt-in', 'devices', ['Pump\u200b9'], 'variable', 'character'],
      ['ezt-in', 'devices', ['#west', 'Pump 9'], 'broken', true],
      ['ezt-in', 'devices', ['#west'], 'elsewhere', 'tag'],
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the project is a property of a subflow
      ['ezt-in', 'devices', ['#west'], '${CLOUD}', true],
      ['ezt-attr-out', 'device', 'Pump 2, hall 3', 'pumps', true],
      ['ezt-attr-out', 'device', 'Pump 1；#south', 'pumps', true],
      ['ezt-attr-out', 'device', 'Pump 1, Pump 9', 'pumps', 'character'],
      ['ezt-command-out', 'device', 'Pump 1', 'pumps', true],
      ['ezt-command-out', 'device', 'Pump 1, DU_1', 'pumps', true],
      ['ezt-command-out', 'device', '#south', 'pumps', true],
      ['ezt-command-out', 'device', '#north', 'pumps', true],
    ];
    for (const [type, property, value, cloud, said] of cases) {
      it(`${type} of ${cloud} answers ${JSON.stringify(value)} with ${said}`, () => {
        should(says(type, property, value, { cloud })).equal(said);
      });
    }
  });
});
