import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import should from 'should';
import { copyOfCheckout } from '../support/packed';

describe('npm run release', function () {
  this.timeout(120_000);
  let copy: string;
  const file = (name: string): string => readFileSync(join(copy, name), 'utf8');
  const git = (...args: string[]): string => {
    const who = ['-c', 'user.name=Somebody', '-c', 'user.email=somebody@example.com'];
    return execFileSync('git', [...who, ...args], { cwd: copy, encoding: 'utf8' }).trim();
  };
  function release(...args: string[]): { status: number | null; output: string } {
    const who = {
      EMAIL: 'somebody@example.com',
      GIT_AUTHOR_NAME: 'Somebody',
      GIT_COMMITTER_NAME: 'Somebody',
    };
    const { status, stdout, stderr } = spawnSync(process.execPath, ['release.mjs', ...args], {
      cwd: copy,
      encoding: 'utf8',
      env: { ...process.env, ...who, EZT_COVERAGE: '', NODE_V8_COVERAGE: '', npm_config_offline: 'true' },
    });
    return { status, output: stdout + stderr };
  }
  const refuses = (args: string[], why: RegExp): void => {
    const { status, output } = release(...args);
    should(status).equal(1);
    output.should.match(why);
    git('tag').should.equal('');
  };

  before(() => {
    copy = copyOfCheckout();
    const changelog = file('CHANGELOG.md').replace(/^## .*\n/m, '## Unreleased\n');
    writeFileSync(join(copy, 'CHANGELOG.md'), changelog);
    const lock = JSON.parse(file('package.json')) as { version: string };
    lock.version = '1.2.3';
    writeFileSync(join(copy, 'package.json'), `${JSON.stringify(lock, null, 2)}\n`);
    git('init', '--quiet', '--initial-branch', 'main');
    git('add', '--all');
    git('commit', '--quiet', '--message', 'all of it');
  });

  it('refuses what is no version, and a lower one', () => {
    refuses([], /patch, minor, major or x\.y\.z/);
    refuses(['1.2'], /patch, minor, major or x\.y\.z/);
    refuses(['1.2.2'], /1\.2\.2 is lower than 1\.2\.3/);
  });

  it('refuses while something is not committed', () => {
    writeFileSync(join(copy, 'left-over'), '');
    refuses(['patch'], /not committed/);
    rmSync(join(copy, 'left-over'));
  });

  it('refuses on another branch, and on none', () => {
    git('switch', '--quiet', '--create', 'feature');
    refuses(['patch'], /made on main, and this is feature/);
    git('switch', '--quiet', '--detach', 'main');
    refuses(['patch'], /made on main, and this is no branch/);
    git('switch', '--quiet', 'main');
  });

  it('refuses when the changelog says nothing', () => {
    writeFileSync(join(copy, 'CHANGELOG.md'), '# Changelog\n\n## Unreleased\n\n## 1.2.2\n\n- Old.\n');
    git('commit', '--quiet', '--all', '--message', 'nothing to say');
    refuses(['patch'], /top section of CHANGELOG\.md is empty/);
    git('reset', '--quiet', '--hard', 'HEAD~');
  });

  /** Nothing is left of a release that has failed half-way. */
  const leavesNothing = (why: RegExp): void => {
    const before = git('rev-parse', 'HEAD');
    refuses(['patch'], why);
    should(git('rev-parse', 'HEAD')).equal(before);
    git('status', '--porcelain').should.equal('');
    JSON.parse(file('package.json')).version.should.equal('1.2.3');
  };

  const failing: Record<string, [prepack: string, setting: string]> = {
    'the package cannot be built': ['node nothing.mjs', 'user.other'],
    'the commit cannot be signed': ['node --version', 'commit.gpgSign'],
    'the tag cannot be signed': ['node --version', 'tag.gpgSign'],
  };
  for (const [what, [prepack, setting]] of Object.entries(failing)) {
    it(`leaves all as it was when ${what}`, () => {
      const manifest = JSON.parse(file('package.json')) as { scripts: Record<string, string> };
      manifest.scripts.prepack = prepack;
      writeFileSync(join(copy, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
      git('commit', '--quiet', '--all', '--message', 'another way to build');
      git('config', 'gpg.program', 'nothing');
      git('config', setting, 'true');
      leavesNothing(/Nothing is released/);
      git('config', '--unset', setting);
      git('reset', '--quiet', '--hard', 'HEAD~');
    });
  }

  it('sets the version, dates the changelog, pretends to publish, commits and tags', () => {
    const { status, output } = release('minor');
    should(status).equal(0, output);
    output.should.match(/@eztcloud\/node-red-eztcloud@1\.3\.0/);
    output.should.match(/\(dry-run\)/);
    JSON.parse(file('package.json')).version.should.equal('1.3.0');
    JSON.parse(file('package-lock.json')).packages[''].version.should.equal('1.3.0');
    file('CHANGELOG.md').should.match(/^# Changelog\n\n## 1\.3\.0 \(\d{4}-\d\d-\d\d\)\n\n- /);
    git('status', '--porcelain').should.equal('');
    git('tag', '--points-at', 'HEAD').should.equal('v1.3.0');
    git('log', '-1', '--format=%s').should.equal('chore: release 1.3.0');
    should(release('--check', 'v1.3.0').status).equal(0);
    should(release('--check', 'v1.3.1').status).equal(1);
  });

  it('refuses a version twice, and one of which the changelog says nothing', () => {
    const again = release('1.3.0');
    should(again.status).equal(1);
    again.output.should.match(/v1\.3\.0 is there already/);
    const next = release('patch');
    should(next.status).equal(1);
    next.output.should.match(/neither "Unreleased" nor "1\.3\.1"/);
  });
});
