import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import should from 'should';
import { temporaryDirectory } from '../../support/cleanup';
import { until } from '../../support/events';
import { admin, deploy, type Flow, loadFlow, stopFlows, unload } from '../../support/flows';
import { logOf } from '../../support/log';
import { needs } from '../../support/machine';
import { type Mosquitto, startMosquitto } from '../../support/mosquitto';
import { projectDirectory } from '../../support/node-red';
import { credentials, deviceOf, next, palette, project, ready, tab } from '../../support/project';

interface Page {
  total: number;
  devices: { device: string; lastSeen: number; age: number; attributes: object; times: object }[];
}

describe('the device memory of a project', function () {
  needs(this, 'mosquitto');
  this.timeout(60_000);
  let broker: Mosquitto;
  let userDir: string;
  let running = false;

  before(async () => {
    broker = await startMosquitto();
  });
  after(() => broker.stop());
  beforeEach(() => {
    userDir = temporaryDirectory('user');
  });
  afterEach(stop);

  const flow = (properties: object = {}): Flow => [
    ...tab(),
    ...project(broker, { ...properties }),
    { id: 'other', type: 'eztcloud-config', endpoint: broker.endpoint, tls: 'tls' },
    ...palette('ezt-in', 'in', { types: [] }),
    ...palette('ezt-in', 'in other', { cloud: 'other', devices: ['DU_2'] }),
  ];
  async function start(properties?: object) {
    await load(flow(properties), 'in', 'in other');
  }
  async function load(flows: Flow, ...nodes: string[]) {
    const { cloud, ...rest } = credentials(broker);
    await loadFlow(flows, {
      settings: { userDir },
      credentials: { cloud, other: cloud, ...rest } as typeof rest,
    });
    running = true;
    await ready(...nodes);
  }
  async function stop() {
    if (running) await stopFlows();
    if (running) await unload();
    running = false;
  }
  async function report(device: string, attributes: object) {
    const publish = deviceOf(await broker.platform(), broker.key);
    await next(device === 'DU_2' ? 'in other.got' : 'in.got', () =>
      publish(`${device}/attributes`, attributes),
    );
  }
  async function pageOf(config = 'cloud'): Promise<Page> {
    return (await (await admin(`/eztcloud/${config}/memory`)).json()) as Page;
  }
  const directory = () => projectDirectory(userDir, 'cloud');
  const file = () => join(directory(), 'memory.jsonl');
  const errors = () => logOf('cloud', 'error');

  it('is the same after a restart and after a full deploy, with its true times', async () => {
    await start();
    await report('DU_1', { temperature: 21.5, __proto__x: { a: [1] } });
    const before = await pageOf();
    await stop();
    await start();
    for (const when of ['after the restart', 'after the deploy']) {
      const { total, devices } = await pageOf();
      const [known] = before.devices;
      should(devices[0]?.age).be.aboveOrEqual(known?.age ?? Number.NaN);
      should([total, devices]).eql([1, [{ ...known, age: devices[0]?.age }]], when);
      await deploy(flow({ name: 'renamed' }));
      await ready('in');
    }
    should(errors()).eql([]);
  });

  it('is apart from those of other projects', async () => {
    await start();
    await report('DU_1', { a: 1 });
    await report('DU_2', { a: 1 });
    await stop();
    await start();
    const names = async (config: string) => (await pageOf(config)).devices.map(({ device }) => device);
    should([await names('cloud'), await names('other')]).eql([['DU_1', 'DU_2'], ['DU_2']]);
  });

  it('in a subflow is kept, too, and shown by the id that the project has in the editor', async () => {
    const inside = { z: 'sub', x: 0, y: 0 };
    const flows = (name: string): Flow => [
      ...tab(),
      ...project(broker).map((node) => (node.id === 'cloud' ? { ...node, z: 'sub' } : node)),
      { id: 'sub', type: 'subflow', name, in: [], out: [] },
      { id: 'in', type: 'ezt-in', ...inside, cloud: 'cloud', types: [], wires: [] },
      { id: 'instance', type: 'subflow:sub', z: 'tab', x: 0, y: 0, wires: [] },
    ];
    await load(flows('Sub'), 'instance-in');
    await deviceOf(await broker.platform(), broker.key)('DU_1/attributes', { a: 1 });
    await until(async () => (await pageOf()).total === 1, 5000, 'the device');
    const known = async () => (await pageOf()).devices.map(({ age: _, ...rest }) => rest);
    const before = await known();
    await stop();
    await load(flows('Sub'), 'instance-in');
    should(await known()).eql(before, 'after a restart');
    await deploy(flows('renamed'));
    should(await known()).eql(before, 'after a full deploy');
    const itsDirectory = projectDirectory(userDir, 'instance-cloud');
    should(existsSync(itsDirectory)).be.true();
    await deploy(flows('renamed').filter(({ id }) => id !== 'instance'));
    await until(() => !existsSync(itsDirectory), 5000, 'the directory to go');
  });

  it('is not kept without the property, and what was kept is removed', async () => {
    await start();
    await report('DU_1', { a: 1 });
    await stop();
    should(existsSync(file())).be.true();
    await start({ memory: false });
    await until(() => !existsSync(file()), 5000, 'the file to go');
    should(await pageOf()).eql({ total: 0, devices: [] });
    await report('DU_1', { a: 1 });
    should((await pageOf()).total).equal(1);
    await stop();
    should(readdirSync(directory())).eql([]);
  });

  it('goes with the project', async () => {
    await start();
    await report('DU_1', { a: 1 });
    await deploy(flow({ name: 'renamed' }));
    should(existsSync(file())).be.true();
    await deploy(flow().filter(({ id }) => id !== 'cloud'));
    await until(() => !existsSync(directory()), 5000, 'the directory to go');
  });

  for (const [what, put] of [
    ['a torn file', () => writeFileSync(file(), '{"eztcloud":"device memory","version":1,"project":"')],
    ['a FIFO', () => void execFileSync('mkfifo', [file()])],
  ] as const) {
    it(`begins anew where there is ${what}, which is set aside and named once`, async () => {
      mkdirSync(directory(), { recursive: true });
      put();
      await start();
      should(errors()).eql([`What was kept on disk cannot be read and is set aside: ${file()}.unreadable`]);
      await report('DU_1', { a: 1 });
      await stop();
      should(readFileSync(file(), 'utf8')).containEql('DU_1');
      should(readdirSync(directory())).eql(['memory.jsonl', 'memory.jsonl.unreadable']);
    });
  }

  it('works without a directory that can be written, which is named once', async () => {
    writeFileSync(join(userDir, 'eztcloud'), '');
    await start();
    await report('DU_1', { a: 1 });
    should((await pageOf()).total).equal(1);
    const named = () => errors().filter((error) => /cannot be written to disk/.test(error)).length;
    await until(() => named() > 0, 10_000, 'the error');
    await stopFlows();
    should(named()).equal(1);
  });
});
