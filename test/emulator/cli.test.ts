import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectAsync } from 'mqtt';
import should from 'should';
import { parseStartLine } from '../../emulator/cli-options';
import { needs } from '../support/machine';

const CLI = join(__dirname, '../../emulator/cli.js');
const FREE_PORTS = ['--port', '0', '--wss-port', '0', '--device-port', '0'];

describe('npm run emulator', () => {
  let directory: string;
  const running: ChildProcess[] = [];
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'emulator-'));
  });
  after(async () => {
    for (const child of running) child.kill('SIGKILL');
    await rm(directory, { recursive: true });
  });

  function run(args: string[], lang = 'C') {
    const child = spawn(process.execPath, [CLI, '--directory', directory, ...args], {
      env: { ...process.env, LANG: 'C', LC_ALL: lang },
    });
    running.push(child);
    let output = '';
    const says = (what: RegExp): Promise<string> =>
      new Promise((resolve) => {
        const look = () => what.test(output) && resolve(output);
        child.stdout.on('data', look);
        child.stderr.on('data', look);
        look();
      });
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        output += chunk;
      });
    }
    const ended = once(child, 'close').then(([code]) => ({ code: code as number, output }));
    return { child, says, ended };
  }

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    it(`prints what is needed to connect, and stops on ${signal}`, async function () {
      needs(this, 'unix');
      const { child, says, ended } = run(FREE_PORTS);
      const text = await says(/Ctrl-C/);
      const [, endpoint = ''] = /(mqtts:\S+)/.exec(text) ?? [];
      const [, password = ''] = /Project secret\s+(\S+)/.exec(text) ?? [];
      const [, caFile = ''] = /CA certificate\s+(\S+)/.exec(text) ?? [];
      text.should.containEql('DU_thermostat');
      const client = await connectAsync(endpoint, {
        username: 'PR_emulator01',
        password,
        ca: await readFile(caFile),
        reconnectPeriod: 0,
      });
      const closing = new Promise((resolve) => client.once('close', () => resolve(undefined)));
      child.kill(signal);
      child.kill(signal); // npm passes on what the terminal has sent already
      should((await ended).code).equal(0);
      await closing;
      await client.endAsync();
    });
  }

  it('speaks Chinese where the environment does', async () => {
    const { child, says } = run(FREE_PORTS, 'zh_CN.UTF-8');
    const text = await says(/Ctrl-C/);
    text.should.containEql('MQTT API 接入点');
    child.kill();
  });

  it('takes the fleet from the command line of npm start too, and has none by default', () => {
    const optionsOf = (args: string[]) => {
      const line = parseStartLine(args);
      return 'options' in line ? line.options : line;
    };
    optionsOf(['--fleet', '1000', '--fleet-delay', '50']).should.have.properties({
      fleet: 1000,
      fleetDelay: 50,
    });
    optionsOf([]).should.not.have.property('fleet');
  });

  it('starts a fleet when asked, and sums it up in one line', async () => {
    const { child, says } = run([...FREE_PORTS, '--fleet', '1000', '--fleet-delay', '10']);
    const text = await says(/Ctrl-C/);
    text.should.containEql('DU_fleet00001 … DU_fleet01000  Lamps: ');
    text.split('\n').length.should.be.below(30);
    child.kill();
  });

  for (const flag of ['--port', '--wss-port', '--device-port']) {
    it(`names ${flag} when its port is taken`, async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      const address = server.address();
      const port = String(typeof address === 'object' && address?.port);
      const { code, output } = await run([...FREE_PORTS, flag, port]).ended;
      output.should.startWith(
        `Port ${port} is taken by another program: choose another one with ${flag}, for`,
      );
      output.should.match(new RegExp(`npm run emulator -- ${flag} \\d+\\n$`));
      should(code).equal(1);
      server.close();
    });
  }

  const mistakes: [string[], string][] = [
    [['--prot', '1'], "Unknown option '--prot'"],
    [['--port', 'abc'], '--port abc: expected a port number'],
    [['--port', '65536'], '--port 65536: expected a port number'],
    [['--devices', '1e9'], '--devices 1e9: expected a number of devices, 90000 at most'],
    [['--rate', '0'], '--rate 0: expected reports per second, 1000 at most'],
    [['--fleet', '10001'], '--fleet 10001: expected a number of devices, 10000 at most'],
    [['--fleet-delay', '0'], '--fleet-delay 0: expected milliseconds, 600000 at most'],
    [['--key', 'a/b'], '--key a/b: expected a project key, such as PR_emulator01'],
    [['--user-dir', 'x'], "Unknown option '--user-dir'"],
    [['extra'], "Unexpected argument 'extra'"],
  ];
  for (const [args, message] of mistakes) {
    it(`refuses ${args.join(' ')} in one line`, async () => {
      const { code, output } = await run(args).ended;
      output.should.equal(`${message}. See npm run emulator -- --help.\n`);
      should(code).equal(2);
    });
  }

  it('explains itself', async () => {
    const { code, output } = await run(['--help']).ended;
    for (const flag of [
      '--port',
      '--wss-port',
      '--device-port',
      '--directory',
      '--no-built-in',
      '--rate',
      '--fleet',
    ]) {
      output.should.containEql(flag);
    }
    should(code).equal(0);
  });
});
