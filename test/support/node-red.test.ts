import { collect } from './events';
import { deploy, loadFlow, nodeOf, unload } from './flows';
import { type NodeRed, startNodeRed } from './node-red';

const flow = (text: string) => [
  { id: 'tab', type: 'tab', label: 'Test' },
  {
    id: 'button',
    type: 'inject',
    z: 'tab',
    props: [{ p: 'payload' }],
    payload: text,
    payloadType: 'str',
    wires: [['shout']],
  },
  {
    id: 'shout',
    type: 'function',
    z: 'tab',
    func: 'msg.payload = msg.payload.toUpperCase(); return msg;',
    outputs: 1,
    wires: [['show']],
  },
];

describe('support: Node-RED in this process', () => {
  afterEach(unload);

  it('runs core nodes, deploys, and shows what arrives', async () => {
    const helper = { id: 'show', type: 'helper', z: 'tab' };
    await loadFlow([...flow('one'), helper]);
    const first = collect<{ payload: string }>(nodeOf('show'), 1);
    nodeOf('button').receive();
    (await first).map(({ payload }) => payload).should.deepEqual(['ONE']);
    const kept = nodeOf('shout');
    await deploy([...flow('two'), helper], 'nodes');
    nodeOf('shout').should.equal(kept);
    const second = collect<{ payload: string }>(nodeOf('show'), 1);
    nodeOf('button').receive();
    (await second).map(({ payload }) => payload).should.deepEqual(['TWO']);
  });
});

describe('support: Node-RED as a process', function () {
  this.timeout(90_000);
  let red: NodeRed;
  const show = {
    id: 'show',
    type: 'debug',
    z: 'tab',
    active: true,
    tosidebar: false,
    console: true,
    complete: 'payload',
    wires: [],
  };

  before(async () => {
    red = await startNodeRed({ flows: [...flow('one'), show] });
  });
  after(() => red?.stop('SIGKILL'));

  it('finds our package in its user directory', async () => {
    const response = await red.request('/nodes', { headers: { accept: 'application/json' } });
    (await response.text()).should.containEql('"module":"@eztcloud/node-red-eztcloud"');
  });

  it('starts, runs a flow, deploys, stops and continues with its user directory', async () => {
    await red.inject('button');
    await red.logged(/ONE/);
    await red.inject('button', { payload: 'three' });
    await red.logged(/THREE/);
    await red.deploy([...flow('two'), show], 'nodes');
    await red.inject('button');
    await red.logged(/TWO/);
    (await red.flows()).length.should.equal(4);
    await red.stop();
    red.running.should.be.false();
    red = await startNodeRed({ userDir: red.userDir });
    await red.inject('button');
    await red.logged(/TWO/);
  });
});
