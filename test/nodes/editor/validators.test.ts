import should from 'should';
import { definition, says } from './registered';

/** Type, property, what passes, and per sentence what does not. */
const VALUES: [string, string, unknown[], Record<string, unknown[]>][] = [
  [
    'eztcloud-config',
    'endpoint',
    [
      'mqtts://a.example',
      'mqtts://a.example:7885',
      'MQTTS://a.example',
      'wss://a.example:7886',
      'wss://a.example:7886/mqtt',
      'wss://a.example/',
      'wss://a.example/other',
      'a.example',
      'a.example:7885',
      ' a.example ',
      '192.0.2.1:8883',
      'mqtts://[2001:db8::1]:7885',
      '[::1]',
      'localhost',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: Node-RED's form of an environment variable
      '${EZT_ENDPOINT}',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: names that Node-RED takes too
      ...['${ezt-endpoint}', '${保活}', '${$parent.X}', '${a.b}', '$(EZT_ENDPOINT)'],
    ],
    {
      useMqtts: ['mqtt://a.example', 'tcp://a.example:1883', 'MQTT://a'],
      useWss: ['ws://a.example', 'http://a.example'],
      // biome-ignore lint/suspicious/noTemplateCurlyInString: forms that Node-RED does not replace
      variable: ['${A B}', ' ${A}', '${A} ', '${}'],
      endpoint: [
        ' ',
        'ftp://a',
        'https://a.example',
        // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable that is not the whole value
        'mqtts://${HOST}:7885',
        'a.example:0',
        'a.example:65536',
        'a b',
        'mqtts://',
        'mqtts://u:p@a.example',
        'a.example/mqtt',
        'wss://a.example/mqtt?x=1',
        '2001:db8::1',
        '-a',
      ],
    },
  ],
  [
    'eztcloud-config',
    'projectKey',
    ['PR_0123456789', '项目', ' PR_0123456789\n'],
    { level: [' ', 'a/b', '+', '#', 'x'.repeat(129)], character: ['a\u0000', 'a b', '\ufeffa', 'a\u200b'] },
  ],
  [
    'eztcloud-config',
    'keepalive',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Node-RED's form of an environment variable
    [0, 30, '65535', '', undefined, '${K}'],
    { integer: [-1, 65536, '1.5', 'x', '1e3', true] },
  ],
  ['eztcloud-config', 'sessionExpiry', [0, ' ', '4294967295'], { integer: [4294967296, '-1'] }],
  ['eztcloud-config', 'queueLimit', [1, '100000'], { integer: [0, '-1', '0.5', 1_000_001] }],
  ['eztcloud-config', 'queueExpiry', [1, '60', '0.5'], { seconds: [0, 'soon', 2147484] }],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable in place of a tick
  ['eztcloud-config', 'memory', [true, false, 'true', '0', '${MEMORY}'], { flag: ['maybe', 2] }],
  ['eztcloud-config', 'rateLimit', [0, '0.5', 100], { number: [-1, 'fast', '.', 1_000_001] }],
  [
    'eztcloud-config',
    'group',
    ['', 'g', 'a-b'],
    { level: ['a/b', 'a+', '#'], character: ['a\u0007', 'a b'] },
  ],
  ['eztcloud-config', 'protocol', ['auto', '5', '3.1.1'], { choice: ['4', 'mqtt'] }],
  [
    'ezt-in',
    'devices',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable among others
    [[], ['DU_1'], 'DU_1, DU_2', '"a, b"', 'DU_1；DU_2、DU_3', '', ['x'.repeat(128)], ['${D-1}', 'DU_1']],
    {
      level: ['DU_1, a/b', ['+'], [{}], 'x'.repeat(129)],
      character: ['DU_1 DU_2', ['DU_1\u200b'], '\ufeffDU_1', 'DU_1, DU_2\u00a0'],
      // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable that is not the whole item
      variable: [['DU_${D}'], ['${D E}'], '${D E}'],
      list: [5],
    },
  ],
  [
    'ezt-in',
    'types',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable, alone or in a list
    [[], ['data', 'online'], ['${TYPES}'], '${TYPES}'],
    { choice: [['attribute']] },
  ],
  ['ezt-command-out', 'method', ['', 'set led', 'a, b', '开灯'], { character: ['reboot\u200b', 'a\u00a0b'] }],
  ['ezt-in', 'methods', [['set led'], '"a, b", c'], { character: [['motion\u200b'], 'a\tb'] }],
  ['ezt-in', 'qos', [0, '1', 2], { choice: [3, 'x'] }],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable in place of a tick
  ['ezt-in', 'initial', [true, false, 'true', '${FIRST}'], { flag: ['maybe', 2] }],
  ['ezt-in', 'when', ['always', 'changed', 'deadband'], { choice: ['on change'] }],
  ['ezt-in', 'topic', ['mqtt', 'device', 'attribute'], { choice: ['none'] }],
  ['ezt-in', 'deadband', ['', '0.5', 'anything: it is not used'], {}],
  [
    'ezt-attr-out',
    'device',
    ['', 'DU_1', ' DU_1 ', 'DU_1，DU_2'],
    { level: ['a/b', '..'], character: ['a b'] },
  ],
  [
    'ezt-command-out',
    'device',
    ['', 'DU_1', 'DU_1,', 'DU_1; DU_2'],
    { level: ['a/b'], character: ['DU_1\u00ad'] },
  ],
  [
    'eztcloud-config',
    'aliases',
    [
      {},
      { DU_1: { name: 'Pump 1', tags: ['north'] } },
      { DU_1: { name: 'Twin' }, DU_2: { name: 'Twin', tags: [] } },
      '{"DU_1":{"name":"a"}}',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: Node-RED's form of an environment variable
      '${ALIASES}',
    ],
    { aliases: [[], 5, 'a', { 'a/b': { name: 'a' } }, { DU_1: { name: 5 } }, { DU_1: { tags: ['a;b'] } }] },
  ],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable in place of a tick
  ['ezt-command-out', 'waitReply', [true, false, 'true', '0', '${WAIT}'], { flag: ['maybe', 2] }],
  ['ezt-attr-out', 'attribute', ['', 'temp_1', 'a-B'], { attribute: ['te mp', '温度', 'a.b'] }],
  ['ezt-device', 'device', ['', '*', 'DU_1', 'DU_1, DU_2'], { level: ['a/b'], character: ['DU_1\u200b'] }],
  ['ezt-device', 'output', ['message', 'each', 'array'], { choice: ['value'] }],
  [
    'ezt-device',
    'where',
    [
      [],
      [{ field: 'online', op: 'eq', value: false }],
      [{ field: 'silent', op: 'gt', value: 'limit', valueType: 'flow' }],
      // biome-ignore lint/suspicious/noTemplateCurlyInString: Node-RED's form of an environment variable
      [{ field: 'silent', op: 'gt', value: '${LIMIT}', valueType: 'num' }],
      // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable in place of the list
      '${RULES}',
    ],
    {
      rules: ['online', 5],
      rule: [
        [{}],
        [null],
        [{ field: 'attribute:', op: 'eq', value: 1 }],
        [{ field: 'online', op: 'gt', value: true }],
        [{ field: 'silent', op: 'gt', value: 'soon' }],
      ],
    },
  ],
  ['ezt-watch', 'after', [900, '0.5', 2147483], { seconds: [0, '-1', 'x', 2147484] }],
  ['ezt-watch', 'every', [0, '60'], { seconds: [-1, 'day'] }],
  ['ezt-watch', 'mode', ['silence', 'threshold', 'alarm'], { choice: ['noise'] }],
  // Left from another mode: nobody reads it.
  ['ezt-watch', 'attribute', ['', 'a\u200b'], {}],
  ['ezt-watch', 'value', ['', 'warm'], {}],
  ['ezt-watch', 'clear', ['', 'cool', 5], {}],
  ['eztcloud-config', 'commandsInFlight', [1, '200'], { integer: [0, 1.5, 'x', 100_001] }],
  ['ezt-command-out', 'retries', [0, '3', 1000], { integer: [-1, 1.5, 'x', 1001] }],
  ['ezt-command-out', 'whenOffline', ['send', 'fail', 'hold'], { choice: ['later'] }],
  ['ezt-command-out', 'holdFor', [3600, '0.5', 2147483], { seconds: [0, 'x', 2147484] }],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable in place of a tick
  ['ezt-command-out', 'secondOutput', [true, false, '${SECOND}'], { flag: ['maybe'] }],
  ['ezt-command-out', 'oneAtATime', [true, false], { flag: ['maybe'] }],
  ['ezt-command-out', 'replaceHeld', [true, false], { flag: ['maybe'] }],
  ['ezt-command-out', 'timeout', ['', 10, '0.5', 2147483], { seconds: [0, '-1', 'x', 2147484] }],
];

describe('validators', () => {
  for (const [type, property, good, bad] of VALUES) {
    for (const value of good) {
      it(`${type}.${property} takes ${JSON.stringify(value)?.slice(0, 40)}`, () => {
        should(says(type, property, value)).equal(true);
      });
    }
    for (const [sentence, values] of Object.entries(bad)) {
      for (const value of values) {
        it(`${type}.${property} answers ${JSON.stringify(value).slice(0, 40)} with "${sentence}"`, () => {
          should(says(type, property, value)).equal(sentence);
        });
      }
    }
  }

  it('name the property, and never repeat its value', () => {
    const validate = definition('ezt-attr-out').defaults.attribute?.validate;
    const node = { _: (key: string, params: unknown) => `${key} ${JSON.stringify(params ?? {})}` };
    const sentence = String(validate?.call(node, '<img src=x>', { label: 'Attribute' }));
    sentence.should.startWith('Attribute: ').and.not.containEql('<');
  });
});
