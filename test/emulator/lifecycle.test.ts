import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { connect as connectTcp } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import should from 'should';
import { createAuthority } from '../../emulator/certificates';
import { startEmulator } from '../../emulator/emulator';
import { closed, setUp } from './clients';

const portOf = (endpoint: string): number => Number(new URL(endpoint).port);

describe('emulator', () => {
  it('ends all connections when stopped, whatever their state', async () => {
    const bench = await setUp({ builtIn: true, interval: 10 });
    const { emulator } = bench;
    const client = await bench.application();
    const silent = connectTcp(portOf(emulator.endpoint), '127.0.0.1');
    await once(silent, 'connect');

    const deaf = await bench.application();
    await deaf.subscribeAsync(bench.topic('+/data/+'));
    deaf.stream.pause(); // more is sent to it than the system's buffers hold
    for (let i = 0; i < 30; i++) {
      await client.publishAsync(bench.topic('DU_1/data/s1'), Buffer.alloc(500_000), { qos: 1 });
    }
    const closing = [closed(client), once(silent.resume(), 'close')];
    await emulator.stop();
    await Promise.all(closing);
    await bench.tearDown();
  });

  it('can be stopped twice', async () => {
    const bench = await setUp();
    await bench.emulator.stop();
    await bench.tearDown();
  });

  it('names the port when it is taken, and leaves none open', async () => {
    const bench = await setUp();
    const directory = await mkdtemp(join(tmpdir(), 'emulator-'));
    const taken = portOf(bench.emulator.deviceEndpoint);
    const error = await startEmulator({ port: 0, wssPort: 0, devicePort: taken, directory }).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    (error as object).should.have.properties({ code: 'EADDRINUSE', port: taken });
    await bench.tearDown();
    await rm(directory, { recursive: true });
  });

  it('is the same at its next start, in files that are the user’s alone', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'emulator-'));
    const start = () => startEmulator({ port: 0, wssPort: 0, devicePort: 0, directory, builtIn: false });
    const first = await start();
    await first.stop();
    const filesOf = (names: string[]) => Promise.all(names.map((name) => stat(join(directory, name))));
    const names = ['ca.pem', 'ca-key.pem', 'secrets.json'];
    const inodes = (await filesOf(names)).map(({ ino }) => ino);
    const second = await start();
    await second.stop();
    second.ca.should.equal(first.ca);
    (await readFile(first.caFile, 'utf8')).should.equal(first.ca);
    second.projectSecret.should.equal(first.projectSecret);
    second.deviceSecret.should.equal(first.deviceSecret);
    const files = await filesOf(names);
    should(files.map(({ ino }) => ino)).eql(inodes, 'they are not written again');
    if (process.platform !== 'win32') {
      should(files.map(({ mode }) => mode & 0o777)).eql([0o600, 0o600, 0o600]);
    }
    await rm(directory, { recursive: true });
  });

  it('makes a new authority where a file of it is torn, or of another one', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'emulator-'));
    const ca = async () => {
      const emulator = await startEmulator({ port: 0, wssPort: 0, devicePort: 0, directory, builtIn: false });
      await emulator.stop();
      return emulator.ca;
    };
    let last = await ca();
    const foreign = await (await createAuthority()).exportKey();
    for (const text of ['-----BEGIN PRIVATE KEY-----\nMIGHAgEA', '', foreign]) {
      await writeFile(join(directory, 'ca-key.pem'), text);
      const next = await ca();
      next.should.not.equal(last);
      last = next;
      (await ca()).should.equal(last);
    }
    await rm(directory, { recursive: true });
  });
});
