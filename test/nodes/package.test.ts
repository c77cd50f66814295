import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import should from 'should';
import { nodeOf } from '../matrix/parts';
import { killAtEnd, temporaryDirectory, terminate } from '../support/cleanup';
import { until } from '../support/events';
import { localEmulator } from '../support/local-emulator';
import { needs, path } from '../support/machine';
import { startNodeRed } from '../support/node-red';
import { MOST, type Packed, pack, weight } from '../support/packed';

const TYPES = ['ezt-attr-out', 'ezt-command-out', 'ezt-device', 'ezt-in', 'ezt-watch', 'eztcloud-config'];

describe('the packed package', function () {
  this.timeout(180_000);
  let packed: Packed;
  before(() => {
    packed = pack();
  });

  it('holds what runs and nothing else', () => {
    const allowed =
      /^(package\.json|LICENSE|README\.md|dist\/eztcloud-emulator\.(js|licenses\.txt)|examples\/.+\.json|resources\/first-flow\.js|dist\/cloud\/types\.d\.ts|dist\/nodes\/(eztcloud\.(js|html)|palette\.js|(icons|locales)\/.+))$/;
    packed.files.filter((file) => !allowed.test(file)).should.deepEqual([]);
    for (const file of [
      'eztcloud.js',
      'eztcloud.html',
      'palette.js',
      'locales/en-US/eztcloud.json',
      'locales/zh/eztcloud.json',
    ]) {
      packed.files.should.containEql(`dist/nodes/${file}`);
    }
    packed.files.should.containEql('dist/cloud/types.d.ts');
    packed.files.some((file) => file.startsWith('dist/nodes/icons/')).should.be.true();
  });

  it('weighs no more than it may without the emulator', () => {
    packed.files.filter((file) => file.startsWith('dist/eztcloud-emulator.')).should.have.length(2);
    weight(packed).should.be.belowOrEqual(MOST);
  });

  it('runs nothing when it is installed', () => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'));
    Object.keys(scripts).should.not.containEql('prepare');
    Object.keys(scripts)
      .filter((name) => /install/.test(name))
      .should.deepEqual([]);
    const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'));
    const installed = Object.entries<{ dev?: boolean; hasInstallScript?: boolean }>(packages);
    installed.filter(([, { dev, hasInstallScript }]) => !dev && hasInstallScript).should.deepEqual([]);
  });

  /** What is loaded after `script`, from the package's directory. */
  const loaded = (script: string): string[] => {
    const list = `${script}; console.log(JSON.stringify(Object.keys(require.cache)))`;
    const files = execFileSync(process.execPath, ['-e', list], { cwd: packed.directory, encoding: 'utf8' });
    return (JSON.parse(files) as string[]).map((file) => basename(file));
  };

  it('is one small file to load', () => {
    loaded(`require('./dist/nodes/eztcloud.js')`).should.deepEqual(['eztcloud.js']);
    statSync(join(packed.directory, 'dist/nodes/eztcloud.js')).size.should.be.below(10_000);
  });

  it('is one more with the first node, and mqtt.js not before the first connection', () => {
    loaded(`require('./dist/nodes/palette.js')`).should.deepEqual(['palette.js']);
  });

  it('brings the emulator as one file that needs nothing else, for npx', async () => {
    const directory = temporaryDirectory('npx');
    execFileSync('tar', ['-xzf', packed.tarball, '-C', directory]);
    const home = join(directory, 'package');
    const { bin } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as { bin: object };
    const [command = '', ...more] = Object.values(bin) as string[];
    should(more).deepEqual([]);
    should(readFileSync(join(home, command), 'utf8')).startWith('#!/usr/bin/env node\n');
    should(readFileSync(join(home, command.replace(/js$/, 'licenses.txt')), 'utf8')).match(
      /^mqtt-packet .+ \(MIT\)$/m,
    );

    const args = [join(home, command), '--port', '0', '--wss-port', '0', '--device-port', '0'];
    const env = { ...process.env, LC_ALL: 'C', NODE_PATH: '' };
    const child = killAtEnd(spawn(process.execPath, args, { cwd: directory, env }));
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        said += chunk;
      });
    }
    await until(() => /Ctrl-C/.test(said) || child.exitCode !== null, 60_000, 'its words');
    for (const text of [
      /Access point +mqtts:/,
      /Project key +PR_/,
      /Project secret +\w/,
      /CA certificate +\S+ca\.pem/,
      /DU_thermostat/,
    ])
      should(said).match(text);
    await terminate(child);
    if (process.platform !== 'win32') should(child.exitCode).equal(0);
    const help = execFileSync(process.execPath, [join(home, command), '--help'], { encoding: 'utf8', env });
    should(help).match(/npx @eztcloud\/node-red-eztcloud \[options\]/);
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
      should(await localEmulator(red).start()).have.property('state', 'running');
      // Its bundle takes the English texts of errors from the catalogue.
      await red.deploy([
        { id: 'tab', type: 'tab', label: 'no project' },
        { id: 'once', type: 'inject', z: 'tab', once: true, props: [{ p: 'payload' }], wires: [['out']] },
        { id: 'out', type: 'ezt-attr-out', z: 'tab', device: 'DU_1' },
      ]);
      await red.logged(/No EZtCloud project is selected: open the node and choose one/);
    } finally {
      await red.stop();
    }
  }

  it('loads every type without a warning on Node-RED 4', () => loads({}));

  it('loads every type without a warning on Node-RED 5', async function () {
    needs(this, 'node-red-5');
    const node = nodeOf('22');
    await loads({ nodeRed: path('node-red-5'), ...(existsSync(node) && { node }) });
  });
});
