import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import should from 'should';
import { createDeviceMemory, type LearningMemory } from '../../../cloud/devices/device-memory';
import { type MemoryStoreOptions, openMemoryStore } from '../../../cloud/devices/memory-store';
import { decodeJson } from '../../../cloud/protocol/json';
import { CHANNELS } from '../../../cloud/protocol/topics';
import { DISK } from '../../../cloud/storage/files';
import { temporaryDirectory } from '../../support/cleanup';
import { until } from '../../support/events';
import { known } from './known';

describe('device memory on disk', () => {
  let directory: string;
  let errors: string[];
  beforeEach(() => {
    directory = join(temporaryDirectory('memory'), 'project');
    errors = [];
  });
  const file = () => join(directory, 'memory.jsonl');

  /** A memory on the directory, as a process opens it. */
  function open(options: Partial<MemoryStoreOptions> = {}, memory = createDeviceMemory()) {
    const store = openMemoryStore(memory, {
      directory,
      keeps: true,
      projectKey: 'PR_1',
      free: Promise.resolve(),
      onError: (error) => errors.push(String(error)),
      timing: { pause: 20, patience: 200 },
      ...options,
    });
    return { memory, close: () => store.close(2_000) };
  }
  const report = (memory: LearningMemory, device: string, attributes: object, now: number) =>
    memory.learn({ device, channel: 'attributes' }, attributes, now, true);

  /** Writes a memory of one device, and closes it. */
  async function write(options: Partial<MemoryStoreOptions> = {}) {
    const { memory, close } = open(options);
    await memory.loaded;
    report(memory, 'DU_1', { a: 1 }, 1_000);
    await close();
    return memory;
  }
  async function reopened(options: Partial<MemoryStoreOptions> = {}) {
    const { memory, close } = open(options);
    await memory.loaded;
    await close();
    return memory;
  }

  it('after a restart is what it was, with its true times, also what nodes remember', async () => {
    const name = fc.oneof(
      fc.constantFrom('__proto__', '10', 'a', 'DU_1', '温度', '\\u005f', '\n'),
      fc.string(),
    );
    const value = fc.jsonValue().map((each) => decodeJson(Buffer.from(JSON.stringify(each))));
    const message = fc.record({
      device: name.filter((each) => Buffer.from(each).toString() === each),
      channel: fc.constantFrom(...CHANNELS),
      payload: fc.oneof(
        fc.dictionary(name, value),
        fc.record({ online: fc.boolean(), alerting: fc.boolean(), method: name }),
      ),
      now: fc.integer({ min: 0, max: 2e12 }),
      alive: fc.boolean(),
    });
    const state = fc.tuple(fc.constantFrom('one', 'two'), name, value);
    const law = fc.asyncProperty(fc.array(message), fc.array(state), async (messages, states) => {
      const { memory, close } = open({}, createDeviceMemory(5));
      await memory.loaded;
      memory.clear();
      memory.states.drop('one');
      memory.states.drop('two');
      for (const { device, channel, payload, now, alive } of messages) {
        const stream = channel === 'data' ? { stream: 's' } : {};
        memory.learn(
          { device, channel, ...stream },
          decodeJson(Buffer.from(JSON.stringify(payload))),
          now,
          alive,
        );
      }
      for (const [node, device, each] of states) memory.stateOf(node).set(device, each);
      await close();
      const again = await reopened();
      should(known(again)).eql(known(memory));
      for (const node of ['one', 'two']) should([...again.stateOf(node)]).eql([...memory.stateOf(node)]);
    });
    await fc.assert(law, { numRuns: 100 });
    should(errors).eql([]);
  });

  it('is written while it changes, for its owner only, and not when nothing does', async () => {
    const { memory, close } = open();
    await memory.loaded;
    report(memory, 'DU_1', { a: 1 }, 1_000);
    await until(() => existsSync(file()), 2000, 'the file');
    should(statSync(file()).mode & 0o777).equal(0o600);
    should(readdirSync(directory)).eql(['memory.jsonl']);
    memory.stateOf('node').set('DU_1', 5);
    await until(() => readFileSync(file(), 'utf8').includes('"node":"node"'), 2000, 'the state');
    const { mtimeMs } = statSync(file());
    await close();
    should(statSync(file()).mtimeMs).equal(mtimeMs);
  });

  it('is loaded when the previous user of the directory has finished, before it is learned from', async () => {
    let finish: (() => void) | undefined;
    const free = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const { memory, close } = open({ free });
    memory.stateOf('node').set('DU_1', 'set before');
    await write();
    finish?.();
    await memory.loaded;
    should(memory.get('DU_1')?.attributes.get('a')).eql({ value: 1, at: 1_000, previous: undefined });
    should(memory.stateOf('node').get('DU_1')).equal('set before');
    await close();
  });

  it('of another project key is not shown, and of another directory neither', async () => {
    await write();
    should((await reopened({ projectKey: 'PR_2' })).size).equal(0);
    should((await reopened({ directory: temporaryDirectory('other') })).size).equal(0);
    should((await reopened()).size).equal(1);
    should(errors).eql([]);
  });

  it('that is not to be kept is removed, and neither read nor written', async () => {
    await write();
    const { memory, close } = open({ keeps: false });
    await memory.loaded;
    should(memory.size).equal(0);
    await until(() => !existsSync(file()), 2000, 'the file to go');
    report(memory, 'DU_1', { a: 1 }, 1_000);
    await close();
    should(readdirSync(directory)).eql([]);
    should(errors).eql([]);
  });

  const whole = () => readFileSync(file(), 'utf8');
  for (const [what, spoil] of [
    ['torn in a line', () => writeFileSync(file(), whole().slice(0, -20))],
    [
      'torn between lines',
      () => writeFileSync(file(), `${whole().trim().split('\n').slice(0, -1).join('\n')}\n`),
    ],
    ['empty', () => writeFileSync(file(), '')],
    ['of zeros', () => writeFileSync(file(), Buffer.alloc(100_000))],
    ['of another version', () => writeFileSync(file(), whole().replace('"version":1', '"version":2'))],
    ['foreign', () => writeFileSync(file(), '{"devices":[]}\n{}')],
    ['changed', () => writeFileSync(file(), whole().replace('"ages":[0]', '"ages":["0"]'))],
    ['written twice', () => writeFileSync(file(), whole() + whole())],
    ['a FIFO', () => void execFileSync('sh', ['-c', `rm '${file()}'; mkfifo '${file()}'`])],
    ['a directory', () => void execFileSync('sh', ['-c', `rm '${file()}'; mkdir '${file()}'`])],
  ] as const) {
    it(`that is ${what} is set aside, named once, and begun anew`, async () => {
      await write();
      spoil();
      const { memory, close } = open();
      await memory.loaded;
      should(memory.size).equal(0);
      should(errors).eql([
        `EZtCloud: What was kept on disk cannot be read and is set aside: ${file()}.unreadable`,
      ]);
      report(memory, 'DU_2', { a: 1 }, 1_000);
      await close();
      should((await reopened()).get('DU_2')?.lastSeen).equal(1_000);
      should(errors.length).equal(1);
      should(readdirSync(directory)).eql(['memory.jsonl', 'memory.jsonl.unreadable']);
    });
  }

  it('removes what a killed process left beside it', async () => {
    await write();
    writeFileSync(`${file()}.b1d6.tmp`, '{"eztcloud"');
    writeFileSync(join(directory, 'session.json'), '');
    await reopened();
    should(readdirSync(directory)).eql(['memory.jsonl', 'session.json']);
  });

  it('is loaded though what a killed process left cannot be removed', async () => {
    await write();
    mkdirSync(`${file()}.b1d6.tmp`);
    should((await reopened()).get('DU_1')?.lastSeen).equal(1_000);
    should(errors).eql([]);
  });

  it('that cannot be written is named once, and written once it can', async () => {
    let full = true;
    const disk = {
      ...DISK,
      writeFile: (...args: Parameters<typeof DISK.writeFile>) =>
        full ? Promise.reject(new Error('ENOSPC')) : DISK.writeFile(...args),
    };
    const { memory, close } = open({ disk });
    await memory.loaded;
    report(memory, 'DU_1', { a: 1 }, 1_000);
    await until(() => errors.length > 0, 2000, 'the error');
    report(memory, 'DU_1', { a: 2 }, 2_000);
    await close();
    should(errors.length).equal(1);
    should(errors[0]).match(/cannot be written to disk.*ENOSPC/);
    full = false;
    const again = open({ disk });
    await again.memory.loaded;
    report(again.memory, 'DU_1', { a: 2 }, 2_000);
    await again.close();
    should((await reopened()).size).equal(1);
  });

  it('in a place that is no directory is named once, and works without', async () => {
    directory = join(temporaryDirectory('memory'), 'file');
    writeFileSync(directory, '');
    await write();
    should(errors.length).equal(1);
    should(errors[0]).match(/cannot be written to disk/);
  });

  it('on a disk that hangs while it is written, closes in time, and keeps the file of before', async () => {
    await write();
    const disk = { ...DISK, rename: () => new Promise<never>(() => undefined) };
    const memory = createDeviceMemory();
    const store = openMemoryStore(memory, {
      directory,
      keeps: true,
      projectKey: 'PR_1',
      free: Promise.resolve(),
      onError: (error) => errors.push(String(error)),
      disk,
    });
    await memory.loaded;
    report(memory, 'DU_2', { a: 1 }, 1_000);
    await store.close(50);
    should((await reopened()).get('DU_1')?.lastSeen).equal(1_000);
  });

  it('that a slow disk has not written in time is not written later: the project may have been deleted', async () => {
    let hung = false;
    let goOn: (() => void) | undefined;
    let removed = false;
    const disk: typeof DISK = {
      ...DISK,
      async writeFile(...args) {
        hung = true;
        await new Promise<void>((resolve) => {
          goOn = resolve;
        });
        return DISK.writeFile(...args);
      },
      async rm(...args) {
        await DISK.rm(...args);
        removed = true;
      },
    };
    const memory = createDeviceMemory();
    const store = openMemoryStore(memory, {
      directory,
      keeps: true,
      projectKey: 'PR_1',
      free: Promise.resolve(),
      onError: (error) => errors.push(String(error)),
      disk,
      timing: { pause: 20 },
    });
    await memory.loaded;
    report(memory, 'DU_1', { a: 1 }, 1_000);
    await until(() => hung, 2000, 'the disk to hang');
    report(memory, 'DU_1', { a: 2 }, 2_000);
    await store.close(50);
    rmSync(directory, { recursive: true });
    goOn?.();
    await until(() => removed, 2000, 'the end of the writing');
    // What would follow needs the disk a few times.
    for (let i = 0; i < 10; i += 1) await stat('.');
    should(existsSync(directory)).be.false();
    should(errors).eql([]);
  });

  it('closed while it is being loaded, ends, and leaves the file as it is', async () => {
    await write();
    const before = whole();
    const { close } = open();
    await close();
    should(whole()).equal(before);
    should(errors).eql([]);
  });

  it('on a disk that hangs while it is read, is named, and keeps nobody waiting nor the file from staying', async () => {
    await write();
    const before = whole();
    const disk = { ...DISK, open: () => new Promise<never>(() => undefined) };
    const { memory, close } = open({ disk, timing: { pause: 20, patience: 50 } });
    await memory.loaded;
    should(errors.length).equal(1);
    should(errors[0]).match(/The disk does not answer/);
    report(memory, 'DU_2', { a: 1 }, 1_000);
    await close();
    should(whole()).equal(before);
  });
});
