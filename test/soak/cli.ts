import { parseArgs } from 'node:util';
import { runCommand } from '../support/command';
import { growth, type Sample } from './sample';
import { type SoakResult, soak } from './soak';

const MINUTE = 60_000;
const MEGABYTE = 1e6;

/** `npm run soak -- [--minutes 120] [--rate 2000]`: exits with 1 when something grew, was lost, was not settled or is an error in
 * the log. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { minutes: { type: 'string', default: '120' }, rate: { type: 'string', default: '2000' } },
  });
  const minutes = Number(values.minutes);
  const rate = Number(values.rate);
  if (!(minutes > 0) || !(rate > 0)) {
    console.error('Usage: npm run soak -- [--minutes N] [--rate messages per second]');
    process.exitCode = 2;
    return;
  }
  console.log(
    '  min   heap MB   external MB   RSS MB   timers   handles   listeners   CPU %   sent   acknowledged   failed',
  );
  const start = Date.now();
  let before = start;
  const result = await soak({
    rounds: Math.ceil(minutes),
    workFor: MINUTE,
    rate,
    deployEvery: 10,
    restartEvery: 15,
    onSample(sample, { done, failed }, sent) {
      console.log(row(sample, start, before, sent, done, failed));
      before = sample.at;
    },
  });
  process.exitCode = report(result) ? 0 : 1;
}

function row(
  sample: Sample,
  start: number,
  before: number,
  sent: number,
  done: number,
  failed: Record<string, number>,
): string {
  const { at, heap, external, rss, timers, handles, listeners, cpu } = sample;
  return [
    ((at - start) / MINUTE).toFixed(1).padStart(5),
    (heap / MEGABYTE).toFixed(1).padStart(9),
    (external / MEGABYTE).toFixed(1).padStart(13),
    (rss / MEGABYTE).toFixed(0).padStart(8),
    ...[timers, handles, listeners].map((count, i) => String(count).padStart([8, 9, 11][i] ?? 8)),
    ((100 * 1000 * cpu) / (at - before)).toFixed(0).padStart(7),
    `  ${sent}  ${done}  ${JSON.stringify(failed)}`,
  ].join(' ');
}

/** Says what was found; true if nothing is wrong. */
function report({ samples, counts, sent, rate, lost, deploys, restarts, errors }: SoakResult): boolean {
  console.log(
    `${sent} messages from devices, ${rate} a second; ${counts.received} out of our nodes, ${lost} lost.`,
  );
  console.log(
    `${counts.offered} messages to out nodes: ${counts.done} succeeded, ${JSON.stringify(counts.failed)}.`,
  );
  console.log(
    `${deploys} deploys, ${restarts} restarts of the broker, ${errors.length} lines of error in the log.`,
  );
  for (const line of errors.slice(0, 20)) console.log(`  ${line}`);
  const grown = growth(samples);
  for (const line of grown) console.error(line);
  if (grown.length === 0) console.log('Memory, timers, handles and listeners are flat.');
  return grown.length === 0 && errors.length === 0 && lost === 0;
}

runCommand(main);
