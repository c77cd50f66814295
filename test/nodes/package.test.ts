import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import should from 'should';
import { temporaryDirectory } from '../support/cleanup';
import { needs, path } from '../support/machine';
import { startNodeRed } from '../support/node-red';

const CHECKOUT = resolve(__dirname, '../../..');
const TYPES = ['ezt-attr-out', 'ezt-command-out', 'ezt-in', 'eztcloud-config'];

/** `npm pack` in a copy of the checkout, so that its build does not touch the one that is being tested. */
function pack(): { tarball: string; files: string[] } {
  const copy = join(temporaryDirectory('pack'), 'checkout');
  const left = ['.git', 'node_modules', 'dist', '.cache', '.node-red', '.emulator'];
  cpSync(CHECKOUT, copy, {
    recursive: true,
    filter: (source) => !left.some((name) => source === join(CHECKOUT, name)),
  });
  symlinkSync(join(CHECKOUT, 'node_modules'), join(copy, 'node_modules'), 'junction');
  const run = { cwd: copy, encoding: 'utf8', shell: process.platform === 'win32' } as const;
  const output = execFileSync('npm', ['pack', '--json', '--silent'], run);
  const [{ filename, files }]: [{ filename: string; files: { path: string }[] }] = JSON.parse(
    output.slice(output.indexOf('[')),
  );
  return { tarball: join(copy, filename), files: files.map(({ path: file }) => file) };
}

describe('the packed package', function () {
  this.timeout(180_000);
  let packed: ReturnType<typeof pack>;
  before(() => {
    packed = pack();
  });

  it('holds what runs and nothing else', () => {
    const allowed =
      /^(package\.json|LICENSE|README(\.zh-CN)?\.md|CHANGELOG\.md|examples\/.+\.json|dist\/cloud\/.+\.d\.ts|dist\/nodes\/(eztcloud\.(js|html)|(icons|locales)\/.+))$/;
    packed.files.filter((file) => !allowed.test(file)).should.deepEqual([]);
    for (const file of [
      'eztcloud.js',
      'eztcloud.html',
      'locales/en-US/eztcloud.json',
      'locales/zh-CN/eztcloud.json',
    ]) {
      packed.files.should.containEql(`dist/nodes/${file}`);
    }
    packed.files.should.containEql('dist/cloud/index.d.ts'); // whoever writes functions against the messages
    packed.files.some((file) => file.startsWith('dist/nodes/icons/')).should.be.true();
  });

  it('is one file to load, and mqtt.js not before the first connection', () => {
    const script = `require('./dist/nodes/eztcloud.js'); console.log(Object.keys(require.cache).length)`;
    execFileSync(process.execPath, ['-e', script], { cwd: CHECKOUT, encoding: 'utf8' })
      .trim()
      .should.equal('1');
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

  it('loads four types without a warning on Node-RED 4', () => loads({}));

  it('loads four types without a warning on Node-RED 5', async function () {
    needs(this, 'node-red-5');
    const node = resolve('.cache/node-22/bin/node');
    await loads({ nodeRed: path('node-red-5'), ...(existsSync(node) && { node }) });
  });
});
