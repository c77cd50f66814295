import { execFileSync } from 'node:child_process';
import type { Browser } from 'playwright-core';
import { startBrowser } from '../support/browser';
import { cleanUp } from '../support/cleanup';
import { find } from '../support/machine';
import { pack } from '../support/packed';
import { type Cell, checkCell } from './cell';
import { goTogether, installParts, NODE_REDS, NODES, nodeOf, nodeRedOf, versionOf } from './parts';

const HELP = `npm run matrix [-- options]
  Every supported Node-RED on every supported Node.js: the packed package in an empty user directory.
  --own-node   only on the Node.js that runs this
  --install    only install what is missing in .cache`;
/** Cells that run at a time: they mostly wait. */
const AT_A_TIME = 2;

interface Row {
  name: string;
  result: string;
  failure?: unknown;
}

async function main(): Promise<number> {
  const options = process.argv.slice(2);
  if (options.some((option) => !['--own-node', '--install'].includes(option))) {
    console.log(HELP);
    return options.includes('--help') ? 0 : 2;
  }
  const ownNode = options.includes('--own-node');
  installParts(ownNode);
  if (options.includes('--install')) return 0;
  const rows = await runAll(cells(ownNode));
  console.log(`\nMatrix:\n${rows.map(({ name, result }) => `  ${name.padEnd(36)} ${result}`).join('\n')}`);
  const failed = rows.filter(({ failure }) => failure !== undefined).length;
  const seen = find('chromium') ? 'in a browser' : 'without a browser, since there is none';
  console.log(`${rows.length - failed} cells hold, ${failed} failed, ${seen}`);
  return failed > 0 || rows.length === 0 ? 1 : 0;
}

function cells(ownNode: boolean): (Cell & { name: string })[] {
  const own = process.versions.node.split('.')[0];
  return NODE_REDS.flatMap((nodeRed) =>
    NODES.filter((node) => goTogether(nodeRed, node) && (!ownNode || node === own)).map((node) => {
      const cell = { nodeRed: nodeRedOf(nodeRed), node: nodeOf(node), lines: { nodeRed, node } };
      const version = execFileSync(cell.node, ['--version'], { encoding: 'utf8' }).trim();
      return { ...cell, name: `Node-RED ${versionOf(cell.nodeRed)}, Node ${version}` };
    }),
  );
}

async function runAll(all: (Cell & { name: string })[]): Promise<Row[]> {
  const { tarball } = pack();
  const browser = find('chromium') === undefined ? undefined : await startBrowser();
  const waiting = [...all.entries()];
  const rows: Row[] = [];
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [index, cell] = next;
      rows[index] = await row(tarball, cell, browser);
      console.log(`${rows[index].name}: ${rows[index].result}`, rows[index].failure ?? '');
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, work));
  await browser?.close();
  return rows;
}

async function row(tarball: string, cell: Cell & { name: string }, browser?: Browser): Promise<Row> {
  const begun = performance.now();
  const seconds = () => `${((performance.now() - begun) / 1000).toFixed(0)} s`;
  try {
    await checkCell(tarball, cell, browser);
    return { name: cell.name, result: `ok, ${seconds()}` };
  } catch (failure) {
    return { name: cell.name, result: `FAILED after ${seconds()}`, failure };
  }
}

main().then(
  (code) => {
    cleanUp();
    process.exit(code);
  },
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
