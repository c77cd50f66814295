import { execFileSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import should from 'should';
import { needs, path } from '../support/machine';
import { startNodeRed } from '../support/node-red';
import { CHECKOUT, type Packed, pack } from '../support/packed';

const TYPES = ['ezt-attr-out', 'ezt-command-out', 'ezt-device', 'ezt-in', 'ezt-watch', 'eztcloud-config'];

describe('the packed package', function () {
  this.timeout(180_000);
  let packed: Packed;
  before(() => {
    packed = pack();
  });

  it('holds what runs and nothing else', () => {
    const allowed =
      /^(package\.json|LICENSE|README(\.zh-CN)?\.md|CHANGELOG\.md|dist\/eztcloud-emulator\.(js|licenses\.txt)|examples\/.+\.json|dist\/cloud\/.+\.d\.ts|dist\/nodes\/(eztcloud\.(js|html)|palette\.js|(icons|locales)\/.+))$/;
    packed.files.filter((file) => !allowed.test(file)).should.deepEqual([]);
    for (const file of [
      'eztcloud.js',
      'eztcloud.html',
      'palette.js',
      'locales/en-US/eztcloud.json',
      'locales/zh-CN/eztcloud.json',
    ]) {
      packed.files.should.containEql(`dist/nodes/${file}`);
    }
    packed.files.should.containEql('dist/cloud/types.d.ts');
    packed.files.some((file) => file.startsWith('dist/nodes/icons/')).should.be.true();
  });

  /** What is loaded after `script`, from the package's directory. */
  const loaded = (script: string): string[] => {
    const list = `${script}; console.log(JSON.stringify(Object.keys(require.cache)))`;
    const files = execFileSync(process.execPath, ['-e', list], { cwd: CHECKOUT, encoding: 'utf8' });
    return (JSON.parse(files) as string[]).map((file) => basename(file));
  };

  it('is one small file to load', () => {
    loaded(`require('./dist/nodes/eztcloud.js')`).should.deepEqual(['eztcloud.js']);
    statSync(join(CHECKOUT, 'dist/nodes/eztcloud.js')).size.should.be.below(10_000);
  });

  it('is one more with the first node, and mqtt.js not before the first connection', () => {
    loaded(`require('./dist/nodes/palette.js')`).should.deepEqual(['palette.js']);
  });

  async function loads(options: { nodeRed?: string; node?: string }): Promise<void> {
    const red = await startNodeRed({ package: packed.tarball, ...options });
    try {
      const response = await red.request('/nodes', { headers: { accept: 'application/json' } });
      const sets = (await response.json()) as {
        module: string;
        types: string[];
        enabled: boolean;
        err?: string;
      }[];
      const ours = sets.filter(({ module }) => module === '@eztcloud/node-red-eztcloud');
      should(ours.map(({ types, enabled, err }) => [types.toSorted(), enabled, err])).deepEqual([
        [TYPES, true, undefined],
      ]);
      // Of all that Node-RED says, what is about us, and what it never says without a palette.
      const said = red.log.filter((line) => /eztcloud|\[error\]|deprecat|Warning:/i.test(line));
      should(said.filter((line) => !line.includes(red.userDir))).deepEqual([]);
    } finally {
      await red.stop();
    }
  }

  it('loads every type without a warning on Node-RED 4', () => loads({}));

  it('loads every type without a warning on Node-RED 5', async function () {
    needs(this, 'node-red-5');
    const node = resolve('.cache/node-22/bin/node');
    await loads({ nodeRed: path('node-red-5'), ...(existsSync(node) && { node }) });
  });
});
