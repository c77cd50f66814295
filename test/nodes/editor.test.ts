import { readFileSync } from 'node:fs';
import { runInNewContext } from 'node:vm';
import should from 'should';

type Validate = (this: unknown, value: unknown, options: { label?: string }) => unknown;
interface Property {
  value: unknown;
  type?: string;
  required?: boolean;
  validate?: Validate;
}
interface Definition {
  category: string;
  icon: string;
  inputs?: number;
  outputs?: number;
  defaults: Record<string, Property>;
  credentials?: Record<string, { type: string; validate?: Validate }>;
  label(this: unknown): string;
}

/** The definitions that the built editor script registers, as Node-RED would receive them. */
function registered(): Map<string, Definition> {
  const html = readFileSync('dist/nodes/eztcloud.html', 'utf8');
  const script = /<script type="text\/javascript">([\s\S]*?)<\/script>/.exec(html)?.[1] ?? '';
  const types = new Map<string, Definition>();
  const RED = {
    _: (key: string) => key,
    nodes: { registerType: (type: string, definition: Definition) => types.set(type, definition) },
    validators: { typedInput: () => (_value: unknown, _options: unknown) => true },
  };
  runInNewContext(script, { RED, $: () => ({ val: () => undefined }), console });
  return types;
}

const types = registered();

function definition(type: string): Definition {
  const found = types.get(type);
  if (found === undefined) throw new Error(`${type} is not registered`);
  return found;
}

/** What a validator says: `true`, or the key of its sentence. */
function says(type: string, property: string, value: unknown, node: object = {}): unknown {
  const { category, defaults, credentials } = definition(type);
  const validate = (defaults[property] ?? credentials?.[property])?.validate;
  if (validate === undefined) throw new Error(`${type}.${property} has no validator`);
  validate.length.should.equal(2, 'Node-RED takes sentences from validators of two parameters only');
  const context = { ...node, _def: { category }, _: (key: string) => key.replace('eztcloud.invalid.', '') };
  return validate.call(context, value, {});
}

/** Names and defaults of the contract's tables. */
const CONTRACT: Record<string, Record<string, unknown>> = {
  'eztcloud-config': {
    name: '',
    endpoint: '',
    tls: '',
    protocol: 'auto',
    session: 'clean',
    sessionExpiry: 3600,
    clientId: '',
    group: '',
    keepalive: 30,
    queueLimit: 1000,
    queueExpiry: 60,
    queueStore: 'memory',
    rateLimit: 0,
  },
  'ezt-in': {
    name: '',
    cloud: '',
    devices: [],
    types: ['attributes'],
    streams: [],
    attributes: [],
    methods: [],
    dataFormat: 'buffer',
    output: 'message',
    qos: 1,
  },
  'ezt-attr-out': { name: '', cloud: '', device: '', attribute: '', qos: 1 },
  'ezt-command-out': {
    name: '',
    cloud: '',
    device: '',
    method: '',
    params: 'payload',
    paramsType: 'msg',
    waitReply: true,
    timeout: 10,
    qos: 1,
  },
};

describe('node definitions', () => {
  it('are the four of the contract', () => {
    [...types.keys()].sort().should.eql(Object.keys(CONTRACT).sort());
  });

  for (const [type, properties] of Object.entries(CONTRACT)) {
    it(`${type} has the contract's properties and defaults`, () => {
      const values = Object.entries(definition(type).defaults).map(([name, { value }]) => [name, value]);
      JSON.parse(JSON.stringify(Object.fromEntries(values))).should.eql(properties);
    });

    it(`${type} finds nothing wrong with its defaults`, () => {
      for (const [name, { value, validate }] of Object.entries(definition(type).defaults)) {
        if (validate !== undefined) should(says(type, name, value)).equal(true, name);
      }
    });
  }

  it('refer to their config nodes', () => {
    const { tls } = definition('eztcloud-config').defaults;
    should([tls?.type, tls?.required]).eql(['tls-config', false]);
    for (const type of ['ezt-in', 'ezt-attr-out', 'ezt-command-out']) {
      const { cloud } = definition(type).defaults;
      should([cloud?.type, cloud?.required]).eql(['eztcloud-config', true]);
    }
  });

  it('keep the secret in a password credential', () => {
    const { credentials } = definition('eztcloud-config');
    should([credentials?.projectKey?.type, credentials?.projectSecret?.type]).eql(['text', 'password']);
  });

  it('have the ports and the category of the contract', () => {
    const ports = [...types].map(([type, { category, inputs, outputs }]) => [
      type,
      category,
      inputs,
      outputs,
    ]);
    ports.should.eql([
      ['eztcloud-config', 'config', undefined, undefined],
      ['ezt-in', 'EZtCloud', 0, 1],
      ['ezt-attr-out', 'EZtCloud', 1, 0],
      ['ezt-command-out', 'EZtCloud', 1, 1],
    ]);
  });

  it('are labelled by name, or by what they do', () => {
    const label = (type: string, node: object): string =>
      definition(type).label.call({ ...node, _: (key: string) => key.replace(/.*\./, '') });
    label('ezt-in', { name: 'n', devices: [], types: [] }).should.equal('n');
    label('ezt-in', { devices: ['DU_1', 'DU_2'], types: ['alarm'] }).should.equal('DU_1 +1 · alarm');
    label('ezt-in', { devices: [], types: [] }).should.equal('in');
    label('ezt-attr-out', { device: 'DU_1', attribute: 'led' }).should.equal('DU_1 · led');
    label('ezt-command-out', { device: '', method: 'reboot' }).should.equal('reboot');
    label('eztcloud-config', { name: '', endpoint: 'h:1' }).should.equal('h:1');
  });
});

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
      'a.example',
      'a.example:7885',
      ' a.example ',
      '192.0.2.1:8883',
      'mqtts://[2001:db8::1]:7885',
      '[::1]',
      'localhost',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: Node-RED's form of an environment variable
      '${EZT_ENDPOINT}',
    ],
    {
      useMqtts: ['mqtt://a.example', 'tcp://a.example:1883', 'MQTT://a'],
      useWss: ['ws://a.example', 'http://a.example', 'https://a.example'],
      endpoint: [
        'ftp://a',
        'a.example:0',
        'a.example:65536',
        'a b',
        'mqtts://',
        'mqtts://u:p@a.example',
        'a.example/mqtt',
        'wss://a.example/other',
        'wss://a.example/mqtt?x=1',
        '2001:db8::1',
        '-a',
      ],
    },
  ],
  [
    'eztcloud-config',
    'projectKey',
    ['PR_0123456789', '项目'],
    { level: ['a/b', '+', '#', 'a\u0000', 'x'.repeat(129)] },
  ],
  [
    'eztcloud-config',
    'keepalive',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Node-RED's form of an environment variable
    [0, 30, '65535', '', undefined, '${K}'],
    { integer: [-1, 65536, '1.5', 'x', '1e3', true] },
  ],
  ['eztcloud-config', 'sessionExpiry', [0, '4294967295'], { integer: [4294967296, '-1'] }],
  ['eztcloud-config', 'queueLimit', [1, '100000'], { integerFrom: [0, '-1', '0.5'] }],
  ['eztcloud-config', 'queueExpiry', [1, '60'], { integerFrom: [0, 'soon'] }],
  ['eztcloud-config', 'rateLimit', [0, '0.5', 100], { rate: [-1, 'fast', '.'] }],
  ['eztcloud-config', 'group', ['', 'g', 'a-b'], { group: ['a/b', 'a+', '#', 'a\u0007'] }],
  ['eztcloud-config', 'protocol', ['auto', '5', '3.1.1'], { choice: ['4', 'mqtt'] }],
  [
    'ezt-in',
    'devices',
    [[], ['DU_1'], 'DU_1, DU_2', '"a, b"', '', ['x'.repeat(128)]],
    { level: ['DU_1 a/b', ['+'], [1], 'x'.repeat(129)], list: [5] },
  ],
  ['ezt-in', 'types', [[], ['data', 'online']], { choice: [['attribute']] }],
  ['ezt-in', 'qos', [0, '1', 2], { choice: [3, 'x'] }],
  ['ezt-attr-out', 'device', ['', 'DU_1', 'a b'], { level: ['a/b', '..'] }],
  ['ezt-attr-out', 'attribute', ['', 'temp_1', 'a-B'], { attribute: ['te mp', '温度', 'a.b'] }],
  ['ezt-command-out', 'timeout', [10, '0.5', 2147483], { seconds: [0, '-1', 'x', 2147484] }],
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

  it('a group needs MQTT 5', () => {
    should(says('eztcloud-config', 'group', 'g', { protocol: '3.1.1' })).equal('groupProtocol');
    should(says('eztcloud-config', 'group', '', { protocol: '3.1.1' })).equal(true);
  });

  it('name the property, and never repeat its value', () => {
    const validate = definition('ezt-attr-out').defaults.attribute?.validate;
    const node = { _: (key: string, params: unknown) => `${key} ${JSON.stringify(params ?? {})}` };
    const sentence = String(validate?.call(node, '<img src=x>', { label: 'Attribute' }));
    sentence.should.startWith('Attribute: ').and.not.containEql('<');
  });
});
