import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join, resolve } from 'node:path';
import should from 'should';
import { killAtEnd, temporaryDirectory } from '../support/cleanup';
import { listen } from '../support/comms';
import { until, within } from '../support/events';
import type { Flow } from '../support/flows';
import { needs } from '../support/machine';
import { freePort } from '../support/ports';

const START = join(__dirname, '../../emulator/start.js');
const TOUR: Flow = JSON.parse(readFileSync(resolve(__dirname, '../../../examples/tour.json'), 'utf8'));
const idOf = (name: string) => String(TOUR.find((node) => node.name === name)?.id);
const FREE_PORTS = ['--port', '0', '--wss-port', '0', '--device-port', '0'];
/** ms in which Ctrl-C must have ended everything: Node-RED is killed after 6 s. */
const SOON = 10_000;

describe('npm start', function () {
  this.timeout(60_000);
  const userDir = temporaryDirectory('start');
  const directory = join(userDir, 'emulator');

  /** `ended` waits for whatever holds the output, so for Node-RED too. */
  async function start(args: string[] = [], lang = 'C') {
    const port = await freePort();
    const all = [...FREE_PORTS, '--editor-port', `${port}`, '--user-dir', userDir, '--directory', directory];
    const child = killAtEnd(
      spawn(process.execPath, [START, ...all, '--interval', '100', ...args], {
        env: { ...process.env, LANG: 'C', LC_ALL: lang },
        stdio: ['ignore', 'pipe', 'pipe'],
        detached: process.platform !== 'win32', // a process group of its own, for Ctrl-C
      }),
    );
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
    const ended = once(child, 'close').then(([code]) => ({ code: code as number, output }));
    const url = `http://127.0.0.1:${port}/`;
    const ready = () => until(() => output.includes('Ctrl-C') && output, 30_000, 'the editor’s address');
    return { child, ended, ready, url };
  }
  const pressCtrlC = ({ pid }: ChildProcess) => process.kill(-Number(pid), 'SIGINT');

  it('prints the editor’s address, where the tour shows messages of all six types and no error', async function () {
    needs(this, 'unix'); // Ctrl-C cannot be pressed for another process there
    const { child, ended, ready, url } = await start();
    const said = await ready();
    said.should.containEql(url);
    for (const text of [
      /Access point +mqtts:/,
      /Project secret +\w/,
      /CA certificate +\S+ca\.pem/,
      /DU_thermostat/,
    ])
      said.should.match(text);
    const comms = await listen(url);
    const flows = (await (await fetch(`${url}flows`)).json()) as Flow;
    flows.map(({ id }) => id).should.deepEqual(TOUR.map(({ id }) => id));
    for (const type of ['attributes', 'event_report', 'command_reply', 'data', 'alarm', 'online']) {
      await comms.next(idOf(type));
    }
    const reply = JSON.parse((await comms.next(idOf('reply'))).msg);
    reply.params.should.deepEqual({ threshold: 25 });
    comms.messages.filter(({ level }) => level !== undefined).should.deepEqual([]);
    const ours = TOUR.filter(({ type }) => /^ezt-/.test(String(type)));
    const text = (id: unknown) => comms.statuses.get(String(id))?.text;
    await until(
      () => ours.every(({ id }) => text(id) === 'node-red:common.status.connected'),
      5000,
      'all statuses to be connected',
    );
    comms.close();
    pressCtrlC(child);
    const { code, output } = await within(ended, SOON, 'the end');
    should(code).equal(0);
    output.should.not.match(/\[error\]|Error:/);
    await fetch(url).should.be.rejected();
  });

  it('keeps what the user has changed, prints the address in any language, stops on SIGTERM', async function () {
    needs(this, 'unix');
    const { child, ended, ready, url } = await start([], 'zh_CN.UTF-8');
    (await ready()).should.containEql(`编辑器（已载入示例流程）：${url}`);
    const deployed = await fetch(`${url}flows`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify([
        ...TOUR,
        { id: 'mine', type: 'comment', name: 'mine', z: TOUR[0]?.id, x: 0, y: 0 },
      ]),
    });
    deployed.ok.should.be.true();
    child.kill('SIGTERM');
    should((await within(ended, SOON, 'the end')).code).equal(0);

    const again = await start();
    await again.ready();
    const flows = (await (await fetch(`${again.url}flows`)).json()) as Flow;
    flows.map(({ id }) => id).should.containEql('mine');
    const comms = await listen(again.url);
    await comms.next(idOf('attributes'));
    comms.close();
    again.child.kill('SIGKILL');
    await within(again.ended, SOON, 'the end of Node-RED without its parent');
  });

  it('stops while it starts', async function () {
    needs(this, 'unix');
    const { child, ended } = await start();
    await once(child.stdout as NodeJS.ReadableStream, 'data');
    pressCtrlC(child);
    should((await within(ended, SOON, 'the end')).code).equal(0);
  });

  for (const flag of ['--editor-port', '--port', '--wss-port', '--device-port']) {
    it(`names ${flag} when its port is taken`, async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      const { code, output } = await (await start([flag, `${port}`])).ended;
      output.should.match(
        new RegExp(
          `^Port ${port} is taken by another program: .* ${flag}, for example npm start -- ${flag} \\d+\n$`,
        ),
      );
      should(code).equal(1);
      server.close();
    });
  }

  it('explains itself, and refuses what it does not know', async () => {
    const { code, output } = await (await start(['--help'])).ended;
    for (const flag of ['--editor-port', '--user-dir', '--device-port']) output.should.containEql(flag);
    should(code).equal(0);
    const wrong = await (await start(['--editor-port', 'x'])).ended;
    wrong.output.should.equal('--editor-port x: expected a port number. See npm start -- --help.\n');
    should(wrong.code).equal(2);
  });
});
