import type { Language } from '../support/browser';

/** What a test enters into the form of a node. */
export interface Form {
  /** By id of the control: text to type, an option to choose, a box to tick. */
  typed: Record<string, string | boolean>;
  /** What the node holds then. */
  saved: Record<string, unknown>;
  /** By id of the control: text that is not valid, and part of what is said about it. */
  wrong: Record<string, [string, Record<Language, string>]>;
}

// biome-ignore lint/suspicious/noTemplateCurlyInString: what Node-RED replaces from the environment
const VARIABLE = '${EZT_LIMIT}';
const LEVEL = { 'en-US': 'without / + #', 'zh-CN': '/ + #' };
/** By node type. */
export const FORMS: Record<string, Form> = {
  'ezt-in': {
    typed: {
      'node-input-name': 'mine',
      'node-input-devices': 'DU_thermostat，DU_camera0001',
      'ezt-in-type-data': true,
      'ezt-in-type-event_report': true,
      'node-input-attributes': 'temperature',
      'node-input-methods': 'motion, "a, b", set led',
      'node-input-streams': 'modbus, detections',
      'node-input-dataFormat': 'hex',
      'node-input-output': 'value',
      'node-input-own': 'drop',
      'node-input-when': 'deadband',
      'node-input-deadband': '5%',
      'node-input-initial': true,
      'node-input-qos': '2',
    },
    saved: {
      name: 'mine',
      devices: ['DU_thermostat', 'DU_camera0001'],
      types: ['attributes', 'event_report', 'data'],
      attributes: ['temperature'],
      methods: ['motion', 'a, b', 'set led'],
      streams: ['modbus', 'detections'],
      dataFormat: 'hex',
      output: 'value',
      own: 'drop',
      initial: true,
      when: 'deadband',
      deadband: '5%',
      topic: 'attribute', // of a new node that sends values
      qos: 2,
    },
    wrong: {
      'node-input-devices': ['DU_1, a/b', LEVEL],
      'node-input-attributes': [
        't1\u200b',
        { 'en-US': 'character 3 is U+200B', 'zh-CN': '第 3 个字符是 U+200B' },
      ],
    },
  },
  'ezt-attr-out': {
    typed: {
      'node-input-name': 'mine',
      'node-input-device': 'DU_thermostat',
      'node-input-attribute': 'relay',
      'node-input-keep': 'latest',
      'node-input-qos': '0',
    },
    saved: { name: 'mine', device: 'DU_thermostat', attribute: 'relay', keep: 'latest', qos: 0 },
    wrong: {
      'node-input-device': ['DU_1, a/b', LEVEL],
      'node-input-attribute': ['te mp', { 'en-US': 'letters, digits', 'zh-CN': '字母' }],
    },
  },
  'ezt-command-out': {
    typed: {
      'node-input-name': 'mine',
      'node-input-device': 'DU_thermostat',
      'node-input-method': 'reboot',
      'node-input-timeout': '2.5',
      'node-input-retries': '3',
      'node-input-secondOutput': true,
      'node-input-oneAtATime': true,
      'node-input-whenOffline': 'hold',
      'node-input-holdFor': '60',
      'node-input-replaceHeld': true,
      'node-input-qos': '2',
    },
    saved: {
      name: 'mine',
      device: 'DU_thermostat',
      method: 'reboot',
      params: 'payload',
      paramsType: 'msg',
      waitReply: true,
      timeout: 2.5,
      retries: 3,
      oneAtATime: true,
      whenOffline: 'hold',
      holdFor: 60,
      replaceHeld: true,
      secondOutput: true,
      outputs: 2,
      qos: 2,
    },
    wrong: {
      'node-input-device': ['+', LEVEL],
      'node-input-retries': ['often', { 'en-US': 'whole number', 'zh-CN': '整数' }],
      'node-input-timeout': ['soon', { 'en-US': 'number of seconds', 'zh-CN': '秒' }],
    },
  },
  'ezt-device': {
    typed: { 'node-input-name': 'mine', 'node-input-device': '*', 'node-input-output': 'each' },
    saved: { name: 'mine', device: '*', where: [], output: 'each' },
    wrong: { 'node-input-device': ['a/b', LEVEL] },
  },
  'ezt-watch': {
    typed: {
      'node-input-name': 'mine',
      'node-input-devices': 'DU_thermostat，DU_camera0001',
      'node-input-after': '600',
      'node-input-mode': 'threshold',
      'node-input-attribute': 'temperature',
      'node-input-op': 'gte',
      'node-input-value': '30.5',
      'node-input-for': '60',
      'node-input-clear': '28',
    },
    saved: {
      name: 'mine',
      devices: ['DU_thermostat', 'DU_camera0001'],
      mode: 'threshold',
      after: 600,
      attribute: 'temperature',
      op: 'gte',
      value: '30.5',
      for: 60,
      clear: '28',
      every: 0,
    },
    wrong: {
      'node-input-devices': ['DU_1, a/b', LEVEL],
      'node-input-after': ['soon', { 'en-US': 'number of seconds', 'zh-CN': '秒' }],
    },
  },
  'eztcloud-config': {
    typed: {
      'node-config-input-name': 'mine',
      'node-config-input-endpoint': 'mqtts://localhost:1',
      'node-config-input-projectKey': 'PR_0123456789',
      'node-config-input-projectSecret': 'secret',
      'node-config-input-protocol': '5',
      'node-config-input-session': 'persistent',
      'node-config-input-sessionExpiry': '600',
      'node-config-input-clientId': 'me',
      'node-config-input-group': 'shared',
      'node-config-input-keepalive': '0',
      'node-config-input-queueLimit': VARIABLE,
      'node-config-input-queueExpiry': '5',
      'node-config-input-queueStore': 'disk',
      'node-config-input-rateLimit': '0.5',
      'node-config-input-commandsInFlight': '50',
      'node-config-input-memory': false,
    },
    saved: {
      name: 'mine',
      endpoint: 'mqtts://localhost:1',
      tls: '',
      proxy: '',
      protocol: '5',
      session: 'persistent',
      sessionExpiry: 600,
      clientId: 'me',
      group: 'shared',
      keepalive: 0,
      queueLimit: VARIABLE,
      queueExpiry: 5,
      queueStore: 'disk',
      rateLimit: 0.5,
      commandsInFlight: 50,
      memory: false,
      aliases: {},
    },
    wrong: {
      'node-config-input-endpoint': ['mqtt://host', { 'en-US': 'TLS only', 'zh-CN': 'TLS' }],
      'node-config-input-projectKey': ['a/b', LEVEL],
      'node-config-input-keepalive': ['70000', { 'en-US': 'whole number', 'zh-CN': '整数' }],
      'node-config-input-rateLimit': ['fast', { 'en-US': 'number', 'zh-CN': '数' }],
    },
  },
};
