import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import should from 'should';
import { hashOf, openEmulatorStore, type Remembered } from '../../../nodes/eztcloud-config/emulator-store';
import { temporaryDirectory } from '../../support/cleanup';

const HASH = hashOf('a secret');
const NOTHING: Remembered = { wanted: false, secrets: [] };

/** What is not ours, or not whole. */
const FOREIGN: [what: string, text: string][] = [
  ['nothing', ''],
  ['half a file', '{"version":1,"wan'],
  ['NUL bytes', '\\0\\0\\0\\0'],
  ['a list', '[]'],
  ['another version', `{"version":2,"wanted":true,"secrets":["${HASH}"]}`],
  ['no secrets', '{"version":1,"wanted":true}'],
  ['secrets in plain', '{"version":1,"wanted":true,"secrets":["a secret"]}'],
  ['too many secrets', JSON.stringify({ version: 1, wanted: true, secrets: Array(1001).fill(HASH) })],
  ['a port that is none', '{"version":1,"wanted":true,"secrets":[],"ports":{"port":7885,"wssPort":65536}}'],
  ['half of the ports', '{"version":1,"wanted":true,"secrets":[],"ports":{"port":7885}}'],
];

describe('what is remembered of the emulator', () => {
  const open = () => {
    const directory = join(temporaryDirectory('store'), 'eztcloud', 'emulator');
    const unreadable: string[] = [];
    const store = openEmulatorStore(directory);
    return {
      store,
      file: join(directory, 'emulator.json'),
      directory,
      unreadable,
      load: () => store.load((file) => unreadable.push(file)),
    };
  };

  it('is nothing at first, and then what was saved last', async () => {
    const { store, load, unreadable } = open();
    should(await load()).deepEqual(NOTHING);
    const kept = { wanted: true, secrets: [HASH], ports: { port: 7885, wssPort: 65_535 } };
    await Promise.all([store.save(NOTHING), store.save({ wanted: true, secrets: [] }), store.save(kept)]);
    should(await load()).deepEqual(kept);
    should(unreadable).deepEqual([]);
  });

  it('is the newest 1,000 secrets', async () => {
    const { store, load } = open();
    const secrets = Array.from({ length: 1005 }, (_, i) => hashOf(String(i)));
    await store.save({ wanted: true, secrets });
    should((await load()).secrets).deepEqual(secrets.slice(5));
  });

  for (const [what, text] of FOREIGN) {
    it(`is nothing where the file holds ${what}, which is set aside`, async () => {
      const { load, file, directory, unreadable } = open();
      mkdirSync(directory, { recursive: true });
      writeFileSync(file, text);
      should(await load()).deepEqual(NOTHING);
      should(unreadable).deepEqual([file]);
      should(readFileSync(`${file}.unreadable`, 'utf8')).equal(text);
      should(await load()).deepEqual(NOTHING);
      should(unreadable).have.length(1);
    });
  }

  it('is an error where the directory cannot be', async () => {
    const { store, load, directory } = open();
    mkdirSync(join(directory, '..', '..'), { recursive: true });
    writeFileSync(join(directory, '..'), 'a file');
    for (const promise of [load(), store.save(NOTHING)]) {
      const code = await promise.then(
        () => 'none',
        (error: NodeJS.ErrnoException) => error.code,
      );
      should(['ENOTDIR', 'EEXIST', 'ENOENT']).containEql(code);
    }
  });
});
