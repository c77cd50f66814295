import should from 'should';
import type { Emulator } from '../../emulator/emulator';
import { type Comms, type DebugMessage, listen } from '../support/comms';
import { connections, environment, startFastEmulator } from '../support/emulator';
import { until } from '../support/events';
import { type Example, type ExampleNode, example, examples, named, together } from '../support/examples';
import { type Influx, startInflux } from '../support/influx';
import { find, needs } from '../support/machine';
import { type NodeRed, startNodeRed } from '../support/node-red';
import { CONNECTED, EXPECTED, FLEET, withChanges } from './expected';
import { installed, packagesOf } from './packages';

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
  let influx: Influx;
  let red: NodeRed;
  let comms: Comms;
  before(async () => {
    emulator = await startFastEmulator(FLEET);
    influx = await startInflux();
    const env = { ...environment(emulator), INFLUX_URL: influx.url };
    red = await startNodeRed({ env, packages: installed() });
  });
  after(async () => {
    await red?.stop();
    await influx?.stop();
    await emulator?.stop();
  });
  beforeEach(async () => {
    comms = await listen(red.url);
  });
  afterEach(() => comms.close());

  for (const flow of examples) {
    const { file, nodes } = flow;
    const { shows: shown = {}, buttons: pressed = {}, changes = {}, statuses = {} } = EXPECTED[file] ?? {};

    it(`${file}: loads, connects, shows what comes`, async function () {
      needs(this, ...packagesOf(file));
      await red.deploy(withChanges(flow, changes));
      const runs = ({ id, name = '' }: ExampleNode) =>
        (statuses[name] ?? CONNECTED).test(comms.statuses.get(id)?.text ?? '');
      await until(() => nodes.filter(ours).every(runs), 5000, 'all nodes to be connected');
      for (const [name, shows] of Object.entries(shown)) {
        await comms.next(named(flow, name).id, ({ msg }) => shows.test(msg));
      }
      errors(comms).should.deepEqual([]);
      red.log.filter((line) => /missing|\[error\]/i.test(line)).should.deepEqual([]);
    });

    const buttons = nodes.filter(({ type }) => type === 'inject');
    it(`${file}: has no button that is not tried here`, () => {
      const tried = Object.keys(pressed);
      buttons
        .map(({ name }) => String(name))
        .sort()
        .should.deepEqual(tried.sort());
    });

    for (const button of buttons) {
      it(`${file}: the button “${button.name}” does what the flow shows`, async function () {
        needs(this, ...packagesOf(file));
        const before = comms.messages.length;
        await red.inject(button.id);
        for (const { at, shows, topic = /(?:)/ } of pressed[String(button.name)] ?? []) {
          const sink = at === undefined ? sinkOf(flow, button) : named(flow, at);
          const fits = (message: DebugMessage) => shows.test(message.msg) && topic.test(message.topic ?? '');
          await comms.next(sink.id, fits, before);
        }
        errors(comms).should.deepEqual([]);
      });
    }
  }

  it('are all expected here, and nothing that is no example', () => {
    Object.keys(EXPECTED).should.deepEqual(examples.map(({ file }) => file).sort());
  });

  it('make one connection, all of them together', async () => {
    await red.deploy(together(...examples.filter(({ file }) => packagesOf(file).every(find))));
    await until(() => connections(emulator) === 1, 5000, 'one connection');
    await comms.next(named(example('tour.json'), 'attributes').id);
    connections(emulator).should.equal(1);
  });

  it('use nodes of Node-RED itself and ours only, unless they need another package', async () => {
    const response = await red.request('/nodes', { headers: { accept: 'application/json' } });
    const sets = (await response.json()) as { module: string; types: string[] }[];
    const known = sets
      .filter(({ module }) => ['node-red', '@eztcloud/node-red-eztcloud'].includes(module))
      .flatMap((set) => ['tab', ...set.types]);
    const plain = examples.filter(({ file }) => packagesOf(file).length === 0);
    for (const { type } of together(...plain)) known.should.containEql(type);
    for (const { file, nodes } of examples.filter((each) => !plain.includes(each))) {
      const foreign = nodes.filter(({ type }) => !known.includes(type));
      foreign.should.not.be.empty();
      const [comment] = nodes.filter(({ type }) => type === 'comment');
      for (const each of packagesOf(file)) should(comment?.name).containEql(each);
    }
  });
});

describe('examples without the environment variables', function () {
  this.timeout(60_000);

  it('say what is missing, on each node and to Catch, and leave Node-RED running', async () => {
    const flow = example('command-with-reply.json');
    const red = await startNodeRed({ flows: [] });
    const comms = await listen(red.url);
    const plain = together(...examples.filter(({ file }) => packagesOf(file).length === 0));
    await red.deploy(plain);
    const missing = ({ id }: ExampleNode) => comms.statuses.get(id)?.text === 'variable not set';
    await until(() => plain.filter(ours).every(missing), 5000, 'what is missing');
    await red.logged(/\[error\] \[eztcloud-config:EZtCloud project\] .*EZT_ENDPOINT is not set/);
    await red.inject(named(flow, 'a whole command').id);
    await comms.next(named(flow, 'error: code and message').id, ({ msg }) => msg.includes('EZT_CONFIG'));
    should(red.running).be.true();
    comms.close();
    await red.stop();
  });
});
