import { parseArgs } from 'node:util';
import { runCommand } from '../support/command';
import { namedBroker } from '../support/named-broker';
import { BROKER_FAULTS } from './faults';
import { runRound } from './round';
import { tableOf } from './table';

/** `npm run chaos -- --minutes N [--seed S] [--only fault]… [--trace file]`: exits with 1 when a promise was broken. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string', default: '5' },
      seed: { type: 'string', default: String(Date.now() % 100_000) },
      only: { type: 'string', multiple: true },
      trace: { type: 'string' },
    },
  });
  const seed = Number(values.seed);
  const minutes = Number(values.minutes);
  if (!Number.isInteger(seed) || !(minutes > 0)) {
    console.error(
      'Usage: npm run chaos -- --minutes N [--seed whole number] [--only "name of a fault"] [--trace file]',
    );
    process.exitCode = 2;
    return;
  }
  console.log(`Seed ${seed}, ${minutes} min`);
  const elsewhere = namedBroker();
  if (elsewhere) console.log(`On ${elsewhere.endpoint}, without: ${BROKER_FAULTS.join(', ')}`);
  if (elsewhere && values.only?.every((name) => BROKER_FAULTS.includes(name))) {
    console.error('Nothing is left: the broker is not ours to kill.');
    process.exitCode = 2;
    return;
  }
  const verdict = await runRound({
    seed,
    duration: minutes * 60_000,
    ...(values.only && { only: values.only }),
    trace: values.trace,
    onProgress: (fault, elapsed) => {
      const line = `${(elapsed / 1000).toFixed(0).padStart(5)} s of ${minutes * 60}  ${fault}`;
      if (process.stdout.isTTY) process.stdout.write(`\r\x1b[K${line}`);
      else console.log(line);
    },
  });
  console.log(`\n${tableOf(verdict)}`);
  for (const violation of verdict.violations.slice(0, 50)) console.error(violation);
  console.log(
    verdict.violations.length === 0 ? 'No promise broken.' : `${verdict.violations.length} broken.`,
  );
  process.exitCode = verdict.violations.length === 0 ? 0 : 1;
}

runCommand(main);
