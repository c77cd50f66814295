import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import Mocha from 'mocha';

const INSTALL = 'npm install --prefix .cache/example-nodes';

/** What some tests need and not every machine has: how to find it, and how to get it. */
const PARTS = {
  mosquitto: {
    find: () => dynamicSecurity() && executable('mosquitto'),
    missing: 'mosquitto is not installed (apt-get install mosquitto)',
  },
  broker: {
    find: () => process.env.EZT_BROKER_URL || (dynamicSecurity() && executable('mosquitto')),
    missing:
      'mosquitto is not installed (apt-get install mosquitto), and EZT_BROKER_URL names no other broker',
  },
  'own-broker': {
    find: () => (process.env.EZT_BROKER_URL ? undefined : dynamicSecurity() && executable('mosquitto')),
    missing: process.env.EZT_BROKER_URL
      ? 'the broker that EZT_BROKER_URL names is not ours to kill, restart or configure'
      : 'mosquitto is not installed (apt-get install mosquitto)',
  },
  'mosquitto-clients': {
    find: () => executable('mosquitto_sub'),
    missing: "mosquitto's clients are not installed (apt-get install mosquitto-clients)",
  },
  tinyproxy: {
    find: () => executable('tinyproxy'),
    missing: 'tinyproxy is not installed (apt-get install tinyproxy)',
  },
  chromium: {
    find: () => executable('chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'),
    missing: 'chromium is not installed (apt-get install chromium)',
  },
  'node-red-5': {
    find: nodeRed5,
    missing: 'Node-RED 5 is not installed (npm run matrix -- --install, or NODE_RED_5=path of the package)',
  },
  'node-red-node-sqlite': {
    find: () => exampleNode('node-red-node-sqlite', 'sqlite3/build/Release/node_sqlite3.node'),
    missing: `node-red-node-sqlite is not installed (${INSTALL} node-red-node-sqlite)`,
  },
  '@flowfuse/node-red-dashboard': {
    find: () => exampleNode('@flowfuse/node-red-dashboard', '@flowfuse/node-red-dashboard/dist'),
    missing: `FlowFuse Dashboard is not installed (${INSTALL} @flowfuse/node-red-dashboard)`,
  },
  unix: {
    find: () => (process.platform === 'win32' ? undefined : '/'),
    missing: 'this is Windows: no FIFOs, no permissions of files, and no signals that a process can answer',
  },
  linux: {
    find: () => (existsSync('/proc/net/tcp') ? '/proc' : undefined),
    missing: 'this is not Linux',
  },
} satisfies Record<string, { find: () => string | undefined; missing: string }>;

export type Part = keyof typeof PARTS;

const found = new Map<Part, string | undefined>();
const reasons = new WeakMap<object, string>();

/** The path of what the machine has of `part`, or undefined. */
export function find(part: Part): string | undefined {
  if (!found.has(part)) found.set(part, PARTS[part].find());
  return found.get(part);
}

/** The path of `part`; throws with the install hint where it is missing. */
export function path(part: Part): string {
  const where = find(part);
  if (where === undefined) throw new Error(PARTS[part].missing);
  return where;
}

/**
 * Skips what needs a part that the machine does not have, and notes why for the last lines of the run.
 * In a suite: `describe('…', function () { needs(this, 'mosquitto'); … })` skips its tests and hooks;
 * in a test or hook: `needs(this, 'chromium')` skips from there on.
 */
export function needs(place: Mocha.Suite | Mocha.Context, ...parts: Part[]): void {
  const missing = parts.find((part) => find(part) === undefined);
  if (missing === undefined) return;
  const reason = PARTS[missing].missing;
  if ('suites' in place) {
    reasons.set(place, reason);
    place.pending = true;
    return;
  }
  const scope = place.currentTest ?? (place.test instanceof Mocha.Test ? place.test : place.test?.parent);
  if (scope) reasons.set(scope, reason);
  place.skip();
}

/** Why a skipped test was skipped: as noted by `needs` for it or for a suite around it. */
export function whySkipped(test: Mocha.Test): string {
  for (let place: Mocha.Test | Mocha.Suite | undefined = test; place; place = place.parent) {
    const reason = reasons.get(place);
    if (reason !== undefined) return reason;
  }
  return 'marked as skipped in the source';
}

/** The first of `names` that can be run, looked for in PATH and in the system directories a user's PATH may lack. */
function executable(...names: string[]): string | undefined {
  const directories = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin', '/sbin'];
  return names.flatMap((name) => directories.map((directory) => join(directory, name))).find(canRun);
}

function canRun(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

const LIBRARIES = [
  '/usr/lib/x86_64-linux-gnu',
  '/usr/lib/aarch64-linux-gnu',
  '/usr/lib/arm-linux-gnueabihf',
  '/usr/lib64',
  '/usr/lib',
  '/usr/local/lib',
  '/opt/homebrew/lib',
];

/** The dynamic-security plugin, wherever the distribution puts it. */
export function dynamicSecurity(): string | undefined {
  return LIBRARIES.map((directory) => join(directory, 'mosquitto_dynamic_security.so')).find(existsSync);
}

function nodeRed5(): string | undefined {
  const place = resolve(process.env.NODE_RED_5 || '.cache/node-red-5/node_modules/node-red');
  return existsSync(join(place, 'red.js')) ? place : undefined;
}

/** The directory of a node package that an example uses, if it has been installed with what makes it run. */
function exampleNode(name: string, part: string): string | undefined {
  const modules = resolve('.cache/example-nodes/node_modules');
  return existsSync(join(modules, part)) ? join(modules, name) : undefined;
}
