import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import fc from 'fast-check';
import type { NodeAPI } from 'node-red';
import should from 'should';
import { directoryOf, takeOverDirectory } from '../../../nodes/eztcloud-config/directory';
import { temporaryDirectory } from '../../support/cleanup';
import { until } from '../../support/events';
import { deploy, loadFlow, nodeOf, unload } from '../../support/flows';
import { palette, project, tab } from '../../support/project';

/** Node-RED as far as it matters here, with config nodes of these ids. */
const redOf = (userDir: string, ...ids: string[]) =>
  ({
    settings: { userDir },
    nodes: { eachNode: (each: (node: object) => void) => ids.map((id) => each({ id })) },
  }) as unknown as NodeAPI;

describe('the directory of a config node', () => {
  it('lies right under eztcloud, whatever the id, and no two ids share one', () => {
    const id = fc.oneof(fc.constantFrom('', '.', '..', '../..', '/', 'a/b', 'a_b', 'con', '\0'), fc.string());
    fc.assert(
      fc.property(id, id, (one, other) => {
        const red = redOf('/user');
        const directory = directoryOf(red, one);
        should(dirname(directory)).equal(join('/user', 'eztcloud'));
        should(basename(directory)).match(/^[0-9a-f]{32}$/);
        if (one !== other) should(directoryOf(red, other)).not.equal(directory);
      }),
    );
  });

  describe('that was named after the id', () => {
    /** A user directory in which `eztcloud/<name>` holds a file. */
    function userDirWith(...names: string[]): string {
      const userDir = temporaryDirectory('user');
      for (const name of names) {
        mkdirSync(join(userDir, 'eztcloud', name, 'queue'), { recursive: true });
        writeFileSync(join(userDir, 'eztcloud', name, 'queue', 'message'), name);
      }
      return userDir;
    }
    const held = (userDir: string, id: string) => {
      const file = join(directoryOf(redOf(userDir), id), 'queue', 'message');
      return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
    };

    it('is taken over, once', () => {
      const userDir = userDirWith('8c1b2f.d3', 'a_b');
      for (const id of ['8c1b2f.d3', 'a/b', 'a_b']) takeOverDirectory(redOf(userDir), id);
      should(['8c1b2f.d3', 'a/b', 'a_b'].map((id) => held(userDir, id))).deepEqual([
        '8c1b2f.d3',
        'a_b',
        undefined,
      ]);
      should(readdirSync(join(userDir, 'eztcloud'))).have.length(2);
    });

    it('belongs to the one that was called so, if there is one', () => {
      const userDir = userDirWith('a_b');
      const red = redOf(userDir, 'a/b', 'a_b');
      takeOverDirectory(red, 'a/b');
      takeOverDirectory(red, 'a_b');
      should([held(userDir, 'a/b'), held(userDir, 'a_b')]).deepEqual([undefined, 'a_b']);
    });

    it('is not taken over where there is one of the new name', () => {
      const userDir = userDirWith('node', basename(directoryOf(redOf(''), 'node')));
      takeOverDirectory(redOf(userDir), 'node');
      should(held(userDir, 'node')).not.equal('node');
    });

    it("is never what lies elsewhere, nor another node's, nor a link or a file", () => {
      const other = basename(directoryOf(redOf(''), 'other'));
      const userDir = userDirWith(other);
      writeFileSync(join(userDir, 'eztcloud', 'file'), '');
      symlinkSync(userDir, join(userDir, 'eztcloud', 'link'), 'junction');
      const before = readdirSync(join(userDir, 'eztcloud')).sort();
      for (const id of ['.', '..', '', other, 'file', 'link']) takeOverDirectory(redOf(userDir), id);
      should(readdirSync(join(userDir, 'eztcloud')).sort()).deepEqual(before);
    });
  });

  for (const id of ['..', '.']) {
    it(`a config node with the id ${id}: when it is deleted, the user directory and other queues stay`, async () => {
      const userDir = temporaryDirectory('user');
      const flow = (...ids: string[]) => [
        ...tab(),
        ...ids.flatMap((config) => [
          ...project(
            { endpoint: 'mqtts://127.0.0.1:1' },
            { id: config, queueStore: 'disk', session: 'persistent' },
          ),
          ...palette('ezt-attr-out', `out ${config}`, { cloud: config }),
        ]),
      ];
      const credentials = { projectKey: 'PR_1', projectSecret: 'secret' };
      try {
        await loadFlow(flow(id, 'other'), {
          settings: { userDir },
          credentials: { [id]: credentials, other: credentials },
        });
        writeFileSync(join(userDir, 'flows.json'), '[]');
        const queue = (config: string) => join(directoryOf(redOf(userDir), config), 'queue');
        for (const config of [id, 'other'])
          nodeOf(`out ${config}`).receive({ device: 'DU_1', payload: { a: 1 } });
        const files = (config: string) =>
          existsSync(queue(config)) &&
          readdirSync(queue(config)).filter((name) => name.endsWith('.json')).length;
        await until(() => files(id) === 1 && files('other') === 1, 5000, 'the messages on disk');
        await deploy(flow('other'));
        should([existsSync(dirname(queue(id))), existsSync(join(userDir, 'flows.json'))]).deepEqual([
          false,
          true,
        ]);
        should(files('other')).equal(1);
      } finally {
        await unload();
      }
    });
  }
});
