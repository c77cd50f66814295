// `npm run release -- patch|minor|major|x.y.z`: version, changelog, commit and tag, after a publish that only pretends.
// GitHub publishes when the tag is pushed (.github/workflows/publish.yml): provenance can be had nowhere else.
// `node release.mjs --check vX.Y.Z`: whether the tag, the package and the changelog say the same.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

const CHANGED = ['package.json', 'package-lock.json', 'CHANGELOG.md'];
const BRANCH = 'main';

const git = (...args) => execFileSync('git', args, { encoding: 'utf8' }).trim();
const npm = (...args) => execFileSync('npm', args, { stdio: 'inherit', shell: process.platform === 'win32' });
const current = () => JSON.parse(readFileSync('package.json', 'utf8')).version;
const numbers = (version) => version.split('.').map(Number);

function stop(reason) {
  console.error(reason);
  process.exit(1);
}

/** The version that `wanted` means; it may be the current one, if that has no tag yet. */
function nextVersion(wanted) {
  const [major, minor, patch] = numbers(current());
  const next = {
    patch: `${major}.${minor}.${patch + 1}`,
    minor: `${major}.${minor + 1}.0`,
    major: `${major + 1}.0.0`,
  };
  const version = next[wanted] ?? wanted;
  if (!/^(0|[1-9]\d*)(\.(0|[1-9]\d*)){2}$/.test(version))
    stop('Say what to release: patch, minor, major or x.y.z');
  const [a, b, c] = numbers(version);
  if ((a - major || b - minor || c - patch) < 0) stop(`${version} is lower than ${current()}`);
  return version;
}

/** The changelog with its top section, `Unreleased` or the version itself, named after the version and day. */
function released(changelog, version) {
  const [, heading, rest] = /^## (.+)\n([\s\S]*?)(?=^## |$(?![\s\S]))/m.exec(changelog) ?? [];
  if (heading !== 'Unreleased' && heading !== version) {
    stop(`The top section of CHANGELOG.md is neither "Unreleased" nor "${version}", but "${heading}"`);
  }
  if (!rest.trim()) stop('The top section of CHANGELOG.md is empty: say what users will notice');
  const day = new Date().toISOString().slice(0, 10);
  return changelog.replace(`## ${heading}\n`, `## ${version} (${day})\n`);
}

function release(wanted) {
  const version = nextVersion(wanted);
  const tag = `v${version}`;
  const branch = git('branch', '--show-current');
  if (branch !== BRANCH) stop(`Releases are made on ${BRANCH}, and this is ${branch || 'no branch'}`);
  if (git('status', '--porcelain')) stop('There are changes that are not committed: commit them first');
  if (git('tag', '--list', tag)) stop(`${tag} is there already`);
  const changelog = released(readFileSync('CHANGELOG.md', 'utf8'), version);
  const before = git('rev-parse', 'HEAD');
  process.once('SIGINT', () => undefined); // Ctrl-C ends what runs below, and the files are put back
  try {
    npm('version', version, '--no-git-tag-version', '--allow-same-version', '--loglevel', 'error');
    writeFileSync('CHANGELOG.md', changelog);
    npm('publish', '--dry-run');
    git('commit', '--quiet', '--message', `chore: release ${version}`, '--', ...CHANGED);
    git('tag', '--annotate', tag, '--message', version);
  } catch (error) {
    git('reset', '--quiet', '--hard', before); // nothing else was changed
    stop(`Nothing is released: ${error.message}`);
  }
  console.log(`\n${tag} is committed and tagged. To publish it: git push --follow-tags`);
}

function check(tag) {
  const version = current();
  if (tag !== `v${version}`) stop(`The tag is ${tag}, the package ${version}`);
  if (!readFileSync('CHANGELOG.md', 'utf8').includes(`\n## ${version} (`))
    stop(`CHANGELOG.md has no ${version}`);
}

const [wanted = '', tag = ''] = process.argv.slice(2);
if (wanted === '--check') check(tag);
else release(wanted);
