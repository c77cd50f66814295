import should from 'should';
import { definition, says, types } from './registered';

/** Names and defaults of the contract's tables. */
const CONTRACT: Record<string, Record<string, unknown>> = {
  'eztcloud-config': {
    version: 1,
    name: '',
    endpoint: '',
    tls: '',
    proxy: '',
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
    commandsInFlight: 200,
    memory: true,
    aliases: {},
  },
  'ezt-in': {
    version: 1,
    name: '',
    cloud: '',
    devices: [],
    types: ['attributes'],
    streams: [],
    attributes: [],
    methods: [],
    dataFormat: 'buffer',
    output: 'message',
    own: 'keep',
    qos: 1,
    initial: false,
    when: 'always',
    deadband: '',
    topic: 'mqtt',
  },
  'ezt-attr-out': { version: 1, name: '', cloud: '', device: '', attribute: '', keep: 'all', qos: 1 },
  'ezt-device': { version: 1, name: '', cloud: '', device: '', where: [], output: 'message' },
  'ezt-command-out': {
    version: 1,
    name: '',
    cloud: '',
    device: '',
    method: '',
    params: 'payload',
    paramsType: 'msg',
    waitReply: true,
    timeout: 10,
    retries: 0,
    oneAtATime: false,
    whenOffline: 'send',
    holdFor: 3600,
    replaceHeld: false,
    secondOutput: false,
    outputs: 1,
    qos: 1,
  },
  'ezt-watch': {
    version: 1,
    name: '',
    cloud: '',
    devices: [],
    mode: 'silence',
    after: 900,
    attribute: '',
    op: 'gt',
    value: '',
    for: 0,
    clear: '',
    every: 0,
  },
};

describe('node definitions', () => {
  it('are those of the contract', () => {
    [...types.keys()].sort().should.eql(Object.keys(CONTRACT).sort());
  });

  for (const [type, properties] of Object.entries(CONTRACT)) {
    it(`${type} has the contract's properties and defaults`, () => {
      const values = Object.entries(definition(type).defaults).map(([name, { value }]) => [name, value]);
      JSON.parse(JSON.stringify(Object.fromEntries(values))).should.eql(properties);
    });

    it(`${type} finds nothing wrong with its defaults`, () => {
      for (const [name, { value, validate }] of Object.entries(definition(type).defaults)) {
        if (validate === undefined) continue;
        should(says(type, name, value)).equal(true, name);
        should(says(type, name, undefined)).equal(true, `${name} left out of a flow`);
      }
    });
  }

  it('refer to their config nodes', () => {
    const { tls, proxy } = definition('eztcloud-config').defaults;
    should([tls?.type, tls?.required]).eql(['tls-config', false]);
    should([proxy?.type, proxy?.required]).eql(['http proxy', false]);
    for (const type of ['ezt-in', 'ezt-attr-out', 'ezt-command-out', 'ezt-device', 'ezt-watch']) {
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
      ['ezt-attr-out', 'EZtCloud', 1, 1],
      ['ezt-command-out', 'EZtCloud', 1, 1],
      ['ezt-device', 'EZtCloud', 1, 1],
      ['ezt-watch', 'EZtCloud', 1, 2],
    ]);
  });

  it('are labelled by name, or by what they do', () => {
    const label = (type: string, node: object): string =>
      definition(type).label.call({ ...node, _: (key: string) => key.replace(/.*\./, '') });
    label('ezt-in', { name: 'n', devices: [], types: [] }).should.equal('n');
    label('ezt-in', { devices: ['DU_1', 'DU_2'], types: ['alarm'] }).should.equal('DU_1 +1 · alarm');
    label('ezt-in', { devices: [], types: [] }).should.equal('in');
    label('ezt-in', { devices: `\${D}`, types: [`\${T}`] }).should.equal(`\${D} · \${T}`);
    label('ezt-in', {}).should.equal('in');
    label('ezt-attr-out', { device: 'DU_1', attribute: 'led' }).should.equal('DU_1 · led');
    label('ezt-command-out', { device: '', method: 'reboot' }).should.equal('reboot');
    label('ezt-in', { cloud: 'pumps', devices: ['DU_1', '#north'], types: [] }).should.equal('Pump 1 +1');
    label('ezt-attr-out', { cloud: 'pumps', device: 'DU_1' }).should.equal('Pump 1 · attrOut');
    label('ezt-command-out', { cloud: 'pumps', device: 'DU_9', method: 'a' }).should.equal('DU_9 · a');
    label('ezt-device', { device: 'DU_1' }).should.equal('DU_1 · device');
    label('ezt-device', { cloud: 'pumps', device: 'DU_1' }).should.equal('Pump 1 · device');
    label('ezt-device', { device: '*' }).should.equal('everyDevice · device');
    label('ezt-device', {}).should.equal('device');
    label('ezt-watch', { devices: ['DU_1'], mode: 'alarm' }).should.equal('DU_1 · alarm');
    const limit = { mode: 'threshold', attribute: 't', op: 'lte', value: -5 };
    label('ezt-watch', { ...limit, devices: [] }).should.equal('watch · t ≤ -5');
    label('ezt-watch', {}).should.equal('watch · silence');
    label('ezt-watch', { cloud: 'pumps', devices: ['DU_1'] }).should.equal('Pump 1 · silence');
    label('eztcloud-config', { name: '', endpoint: 'h:1' }).should.equal('h:1');
  });
});
