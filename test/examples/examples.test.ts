import should from 'should';
import type { Emulator } from '../../emulator/emulator';
import { type Comms, type DebugMessage, listen } from '../support/comms';
import { connections, environment, startFastEmulator } from '../support/emulator';
import { until } from '../support/events';
import { type Example, type ExampleNode, example, examples, named, together } from '../support/examples';
import { type NodeRed, startNodeRed } from '../support/node-red';

/** What an inject leads to: a message of the debug node `at` (default: the one it is wired to) that matches. */
interface Outcome {
  at?: string;
  shows: RegExp;
  topic?: RegExp;
}

const attributes = (shows: RegExp, device = /DU_thermostat/): Outcome => ({
  at: 'attributes',
  shows,
  topic: device,
});

/** By file and name of the inject. */
const PRESSED: Record<string, Record<string, Outcome[]>> = {
  'command-with-reply.json': {
    identify: [{ shows: /"method":"identify","params":\{"model":"thermostat"/ }],
    'a whole command': [{ shows: /"params":\{"threshold":22\}/ }],
    'msg.command': [{ shows: /"params":\{"threshold":23\}/ }],
    'a tardy device, wait 20 s': [{ shows: /"pong":true/ }],
    'a silent device, wait 3 s': [{ at: 'error: code and message', shows: /EZT_REPLY_TIMEOUT/ }],
  },
  'data-stream.json': {},
  'push-attributes.json': {
    '25': [
      attributes(/"temperature".*"threshold":25/),
      { at: 'our own push', shows: /^\{"threshold":25\}$/, topic: /DU_thermostat/ },
    ],
    '{relay, threshold}': [
      attributes(/"temperature".*"relay":true,"threshold":24/),
      { shows: /^\{"relay":true,"threshold":24\}$/ },
    ],
    'two devices': [
      { at: 'our own push', shows: /"label":"hall"/, topic: /DU_camera0001/ },
      { at: 'our own push', shows: /"label":"hall"/, topic: /DU_modbusgate/ },
    ],
  },
  'receive-messages.json': {},
  'tour.json': {
    'relay on': [attributes(/"temperature".*"relay":true/), { at: 'acknowledged', shows: /^DU_thermostat$/ }],
    'relay off': [attributes(/"temperature".*"relay":false/)],
    '25 °C, every 30 s': [{ shows: /"params":\{"threshold":25\}/ }],
    'ask a silent device': [{ at: 'error code', shows: /^EZT_REPLY_TIMEOUT$/ }],
  },
};

/** What debug nodes show by themselves. */
const RECEIVED: Record<string, Record<string, RegExp>> = {
  'command-with-reply.json': { picture: /"method":"snapshot","params":\{"frame":/ },
  'data-stream.json': {
    '0.1 V, mA, Wh': /^\[\s*2300,\s*\d+,\s*\d+\s*\]$/,
    hex: /^010306[0-9a-f]{16}$/,
    JSON: /"objects":/,
  },
  'receive-messages.json': {
    attributes: /"temperature":/,
    number: /^[\d.]+$/,
    event: /"method":"motion"/,
    msg: /"type":"online"|"type":"alarm"/,
  },
  'tour.json': {
    attributes: /\{/,
    event_report: /"method":"motion"/,
    command_reply: /"method":"setThreshold"/,
    data: /./,
    alarm: /"alerting":/,
    online: /"online":/,
  },
};

const ours = ({ type }: ExampleNode) => /^ezt-/.test(type);

/** The debug node that is reached from `node` by wires. */
function sinkOf(flow: Example, node: ExampleNode): ExampleNode {
  const [id] = node.wires?.flat() ?? [];
  const next = flow.nodes.find((each) => each.id === id);
  if (!next) throw new Error(`${node.name} leads to no debug node`);
  return next.type === 'debug' ? next : sinkOf(flow, next);
}

const errors = ({ messages }: Comms): DebugMessage[] => messages.filter(({ level }) => level !== undefined);

describe('examples in Node-RED', function () {
  this.timeout(60_000);
  let emulator: Emulator;
  let red: NodeRed;
  let comms: Comms;
  before(async () => {
    emulator = await startFastEmulator();
    red = await startNodeRed({ env: environment(emulator) });
  });
  after(async () => {
    await red?.stop();
    await emulator?.stop();
  });
  beforeEach(async () => {
    comms = await listen(red.url);
  });
  afterEach(() => comms.close());

  for (const flow of examples) {
    const { file, nodes } = flow;
    it(`${file}: loads, connects, shows what comes`, async () => {
      await red.deploy(nodes);
      const connected = ({ id }: ExampleNode) =>
        comms.statuses.get(id)?.text === 'node-red:common.status.connected';
      await until(() => nodes.filter(ours).every(connected), 5000, 'all nodes to be connected');
      for (const [name, shows] of Object.entries(RECEIVED[file] ?? {})) {
        await comms.next(named(flow, name).id, ({ msg }) => shows.test(msg));
      }
      errors(comms).should.deepEqual([]);
      red.log.filter((line) => /missing|\[error\]/i.test(line)).should.deepEqual([]);
    });

    const buttons = nodes.filter(({ type }) => type === 'inject');
    it(`${file}: has no button that is not tried here`, () => {
      const tried = Object.keys(PRESSED[file] ?? {});
      buttons
        .map(({ name }) => String(name))
        .sort()
        .should.deepEqual(tried.sort());
    });

    for (const button of buttons) {
      it(`${file}: the button “${button.name}” does what the flow shows`, async () => {
        const before = comms.messages.length;
        await red.inject(button.id);
        for (const { at, shows, topic = /(?:)/ } of PRESSED[file]?.[String(button.name)] ?? []) {
          const sink = at === undefined ? sinkOf(flow, button) : named(flow, at);
          const fits = (message: DebugMessage) => shows.test(message.msg) && topic.test(message.topic ?? '');
          await comms.next(sink.id, fits, before);
        }
        errors(comms).should.deepEqual([]);
      });
    }
  }

  it('make one connection, all of them together', async () => {
    await red.deploy(together(...examples));
    await until(() => connections(emulator) === 1, 5000, 'one connection');
    await comms.next(named(example('tour.json'), 'attributes').id);
    connections(emulator).should.equal(1);
  });

  it('use nodes of Node-RED itself and ours only', async () => {
    const response = await red.request('/nodes', { headers: { accept: 'application/json' } });
    const sets = (await response.json()) as { module: string; types: string[] }[];
    const known = sets
      .filter(({ module }) => ['node-red', '@eztcloud/node-red-eztcloud'].includes(module))
      .flatMap((set) => ['tab', ...set.types]);
    for (const { type } of together(...examples)) known.should.containEql(type);
  });
});

describe('examples without the environment variables', function () {
  this.timeout(60_000);

  it('say what is missing, on each node and to Catch, and leave Node-RED running', async () => {
    const flow = example('command-with-reply.json');
    const red = await startNodeRed({ flows: [] });
    const comms = await listen(red.url);
    await red.deploy(together(...examples));
    const missing = ({ id }: ExampleNode) => comms.statuses.get(id)?.text === 'variable not set';
    await until(
      () =>
        together(...examples)
          .filter(ours)
          .every(missing),
      5000,
      'what is missing',
    );
    await red.logged(/\[error\] \[eztcloud-config:EZtCloud project\] .*EZT_ENDPOINT is not set/);
    await red.inject(named(flow, 'a whole command').id);
    await comms.next(named(flow, 'error: code and message').id, ({ msg }) => msg.includes('EZT_CONFIG'));
    should(red.running).be.true();
    comms.close();
    await red.stop();
  });
});
