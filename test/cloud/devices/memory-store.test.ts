import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import should from 'should';
import { createDeviceMemory } from '../../../cloud/devices/device-memory';
import { decodeJson } from '../../../cloud/protocol/json';
import { CHANNELS } from '../../../cloud/protocol/topics';
import { temporaryDirectory } from '../../support/cleanup';
import { until } from '../../support/events';
import { known } from './known';
import { report, withMemoryStore } from './with-memory-store';

describe('device memory on disk', () => {
  const store = withMemoryStore();
  const { file, open, write, reopened } = store;

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
    should(store.errors).eql([]);
  });

  it('is written while it changes, for its owner only, and not when nothing does', async () => {
    const { memory, close } = open();
    await memory.loaded;
    report(memory, 'DU_1', { a: 1 }, 1_000);
    await until(() => existsSync(file()), 2000, 'the file');
    if (process.platform !== 'win32') should(statSync(file()).mode & 0o777).equal(0o600);
    should(readdirSync(store.directory)).eql(['memory.jsonl']);
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
    should(store.errors).eql([]);
  });

  it('that is not to be kept is removed, and neither read nor written', async () => {
    await write();
    const { memory, close } = open({ keeps: false });
    await memory.loaded;
    should(memory.size).equal(0);
    await until(() => !existsSync(file()), 2000, 'the file to go');
    report(memory, 'DU_1', { a: 1 }, 1_000);
    await close();
    should(readdirSync(store.directory)).eql([]);
    should(store.errors).eql([]);
  });

  it('removes what a killed process left beside it', async () => {
    await write();
    writeFileSync(`${file()}.b1d6.tmp`, '{"eztcloud"');
    writeFileSync(join(store.directory, 'session.json'), '');
    await reopened();
    should(readdirSync(store.directory)).eql(['memory.jsonl', 'session.json']);
  });

  it('is loaded though what a killed process left cannot be removed', async () => {
    await write();
    mkdirSync(`${file()}.b1d6.tmp`);
    should((await reopened()).get('DU_1')?.lastSeen).equal(1_000);
    should(store.errors).eql([]);
  });

  it('closed while it is being loaded, ends, and leaves the file as it is', async () => {
    await write();
    const before = store.whole();
    const { close } = open();
    await close();
    should(store.whole()).equal(before);
    should(store.errors).eql([]);
  });
});
