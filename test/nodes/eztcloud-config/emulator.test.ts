import { once } from 'node:events';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import should from 'should';
import { temporaryDirectory } from '../../support/cleanup';
import { until } from '../../support/events';
import {
  childrenOf,
  emulatorProject,
  isRunning,
  localEmulator,
  projectConnected,
  projectState,
  SECRET,
  withCredentials,
} from '../../support/local-emulator';
import { needs } from '../../support/machine';
import { type NodeRed, startNodeRed } from '../../support/node-red';

const portOf = (endpoint = ''): number => Number(endpoint.split(':').at(-1));

describe('the emulator of a Node-RED', function () {
  this.timeout(120_000);
  needs(this, 'linux');
  let red: NodeRed;
  let other: NodeRed | undefined;
  const directory = () => join(red.userDir, 'eztcloud/emulator');
  const remembered = () => JSON.parse(readFileSync(join(directory(), 'emulator.json'), 'utf8')) as object;
  const warnings = () => red.log.filter((line) => /\[(warn|error)\](?! Projects disabled)/.test(line));
  before(async () => {
    red = await startNodeRed();
  });
  after(async () => {
    await red?.stop('SIGKILL');
    await other?.stop('SIGKILL');
  });

  it('is not there before somebody asks for it', async () => {
    should(await localEmulator(red).state()).deepEqual({ allowed: true, state: 'stopped' });
    should(childrenOf(red.pid)).deepEqual([]);
  });

  it('takes JSON only, and no secret that could be guessed', async () => {
    for (const path of ['start', 'stop']) {
      const { status } = await red.request(`/eztcloud/emulator/${path}`, { method: 'POST', body: '{}' });
      should(status).equal(415);
    }
    const { start } = localEmulator(red);
    for (const projectSecret of ['', 'short', 1, null, {}, 'x'.repeat(101), `${SECRET}\n`]) {
      should(await start({ projectSecret })).have.properties({ status: 400, reason: 'emulatorSecret' });
    }
    should(childrenOf(red.pid)).deepEqual([]);
  });

  it('starts once for two clicks, and says where, but no secret', async () => {
    const { start, state } = localEmulator(red);
    const [first, second] = await Promise.all([start(), start({ projectSecret: SECRET.replace('0', 'f') })]);
    should(first).have.properties({
      status: 200,
      state: 'running',
      used: false,
      projectKey: 'PR_emulator01',
    });
    should(second.endpoint).equal(first.endpoint);
    should(childrenOf(red.pid)).have.length(1);
    should(await state()).have.properties(['since', 'connections', 'wssEndpoint', 'ca', 'devices']);
    should(JSON.stringify([first, second, await state()])).not.containEql(SECRET);
  });

  it('is the platform of a project that is deployed, with each secret that was made', async () => {
    const answer = await localEmulator(red).state();
    await red.deploy(withCredentials(emulatorProject(answer)));
    await projectConnected(red);
    await red.deploy(withCredentials(emulatorProject(answer, SECRET.replace('0', 'f'))));
    await projectConnected(red);
    await until(async () => (await localEmulator(red).state()).connections === 1, 30_000, 'one connection');
    should(await localEmulator(red).start({ id: 'cloud' })).have.property('used', true);
  });

  it('keeps a hash of the secrets, in files that only its user can read', () => {
    for (const file of readdirSync(directory())) {
      should(statSync(join(directory(), file)).mode & 0o777).equal(0o600, file);
      should(readFileSync(join(directory(), file), 'utf8')).not.containEql(SECRET);
    }
    should(readdirSync(directory()).toSorted()).deepEqual(['ca-key.pem', 'ca.pem', 'emulator.json']);
    should(red.log.join('\n')).not.containEql(SECRET);
  });

  it('is started again when it crashes, where it was, and the log says so', async () => {
    const { endpoint } = await localEmulator(red).state();
    const [pid = 0] = childrenOf(red.pid);
    process.kill(pid, 'SIGKILL');
    await red.logged(/The emulator has ended unexpectedly \(SIGKILL\)/, 30_000);
    const after = await localEmulator(red).is('running');
    should(after.endpoint).equal(endpoint);
    await projectConnected(red);
  });

  it('is another one in another Node-RED, on other ports', async () => {
    other = await startNodeRed();
    const [here, there] = [await localEmulator(red).state(), await localEmulator(other).start()];
    should(there.state).equal('running');
    should(portOf(there.endpoint)).not.equal(portOf(here.endpoint));
    should(there.ca).not.equal(here.ca);
    await other.stop();
  });

  it('ends with a Node-RED that is killed, and comes back with it for the flows that use it', async () => {
    const { endpoint } = await localEmulator(red).state();
    const [pid = 0] = childrenOf(red.pid);
    await red.stop('SIGKILL');
    await until(() => !isRunning(pid), 30_000, 'its end');
    // Nobody is at port 9: it is no way to a machine's own emulator.
    const env = { HTTPS_PROXY: 'http://127.0.0.1:9', NO_PROXY: '', no_proxy: '' };
    red = await startNodeRed({ userDir: red.userDir, env });
    await projectConnected(red);
    should(await localEmulator(red).state()).have.properties({ state: 'running', endpoint });
    should(warnings()).deepEqual([]);
  });

  it('stops with open connections, and stays stopped after a restart', async () => {
    should(await localEmulator(red).stop()).have.properties({ status: 200, state: 'stopped' });
    should(childrenOf(red.pid)).deepEqual([]);
    should(await localEmulator(red).stop()).have.property('state', 'stopped');
    should(remembered()).have.property('wanted', false);
    await red.stop();
    red = await startNodeRed({ userDir: red.userDir });
    await until(async () => (await projectState(red)) === 'waiting', 30_000, 'a refused connection');
    should(await localEmulator(red).state()).have.property('state', 'stopped');
  });

  it('is not started where no project uses it', async () => {
    should(await localEmulator(red).start({ id: 'cloud' })).have.properties({ used: true, state: 'running' });
    await projectConnected(red);
    const flows = (await red.flows()).filter(({ id }) => id === 'flow');
    await red.stop();
    const userDir = red.userDir;
    red = await startNodeRed({ userDir, flows });
    should(await localEmulator(red).state()).have.property('state', 'stopped');
    should(remembered()).have.property('wanted', true);
  });

  it('says which port is taken, and moves to another with a click', async () => {
    const { port } = (remembered() as { ports: { port: number } }).ports;
    const ca = readFileSync(join(directory(), 'ca.pem'), 'utf8');
    const project = emulatorProject({ endpoint: `mqtts://localhost:${port}`, ca });
    const { userDir } = red;
    await red.stop();
    const server = createServer().listen(port, '127.0.0.1');
    await once(server, 'listening');
    try {
      red = await startNodeRed({ userDir, ...project });
      await red.logged(new RegExp(`port ${port} is taken by another program`));
      const state = await localEmulator(red).state();
      should(state).have.property('state', 'failed');
      should(state.error).match(new RegExp(`${port}.*Use the emulator`));
      const moved = await localEmulator(red).start({ id: 'cloud', projectSecret: SECRET });
      should(moved).have.properties({ status: 200, state: 'running', used: true });
      should(portOf(moved.endpoint)).not.equal(port);
      await red.deploy(withCredentials(emulatorProject(moved)));
      await projectConnected(red);
    } finally {
      server.close();
    }
  });

  it('sets aside a file that is torn, and says so', async () => {
    const { userDir } = red;
    const text = '{"version":1,"wan';
    await red.stop();
    writeFileSync(join(directory(), 'emulator.json'), text);
    red = await startNodeRed({ userDir });
    await red.logged(/What was remembered of the emulator cannot be read/);
    should(await localEmulator(red).state()).have.property('state', 'stopped');
    should(readFileSync(join(directory(), 'emulator.json.unreadable'), 'utf8')).equal(text);
    const answer = await localEmulator(red).start();
    should(answer).have.property('state', 'running');
    await red.deploy(withCredentials(emulatorProject(answer)));
    await projectConnected(red);
  });

  it('is off where settings.js says so', async () => {
    const { userDir } = red;
    await red.stop();
    red = await startNodeRed({
      userDir,
      settings: { eztcloud: { emulator: false } },
    });
    await red.logged(/The emulator is switched off in settings\.js/);
    should(await localEmulator(red).state()).deepEqual({ allowed: false, state: 'stopped' });
    should(await localEmulator(red).start()).have.properties({ status: 403, reason: 'emulatorOff' });
    should(childrenOf(red.pid)).deepEqual([]);
  });

  it('does not start where it cannot be remembered, and says why', async () => {
    await red.stop();
    const userDir = temporaryDirectory('read-only');
    writeFileSync(join(userDir, 'eztcloud'), 'a file, where a directory should be');
    red = await startNodeRed({ userDir });
    const answer = await localEmulator(red).start();
    should(answer).have.properties({ status: 400, reason: 'emulatorStore' });
    should(answer.error).containEql(join(userDir, 'eztcloud'));
    should(childrenOf(red.pid)).deepEqual([]);
  });
});
