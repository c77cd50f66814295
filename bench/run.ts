import { parseArgs } from 'node:util';
import { cleanUp } from '../test/support/cleanup';
import { startBroker } from './broker';
import type { Finding } from './findings';
import { judge, type Verdict } from './goals';
import { startLoad } from './load';
import { type Plan, runPaired } from './paired';
import { runProfile } from './profile';
import { measureQuery } from './query';
import { findingReport, pairedReport, verdictReport } from './report';
import { drawChart, type Found, writeResults } from './results';
import { measureRouting, routing } from './routing';
import { PAIRED, SINGLE } from './scenarios';
import { measureSidebar } from './sidebar';

const HELP = `npm run bench -- [options]
  --quick            under two minutes: fewer rounds, fewer scenarios; writes nothing
  --scenario <name>  only this one, and again for more: ${[...PAIRED, ...SINGLE].map(({ name }) => name).join(', ')}
  --rounds <n>       paired rounds (7; quick 2)
  --seconds <s>      length of one measurement (2; quick 0.4)
  --routing          routing alone, in this process: seconds, no broker needed
  --query            ezt-device and 100,000 devices, in this process: seconds, no broker needed
  --sidebar          the editor's sidebar and 5,000 devices: two minutes; needs Chromium
  --write            keep the results of chosen scenarios too (a full run keeps them anyway)
  --chart            only draw the chart again
  --profile          where the time goes in one scenario (in-one); writes *.cpuprofile to the current directory
`;

/** What the quick form measures. */
const QUICK = ['in-one', 'in-each', 'out', 'commands-1', 'load'];

const started = performance.now();
const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};
const progress = (line: string) => {
  const seconds = String(Math.round((performance.now() - started) / 1000)).padStart(4);
  process.stderr.write(`${seconds} s  ${line}\n`);
};

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      scenario: { type: 'string', multiple: true },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      routing: { type: 'boolean', default: false },
      query: { type: 'boolean', default: false },
      sidebar: { type: 'boolean', default: false },
      profile: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      chart: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return say(HELP);
  if (values.routing) return say(measureRouting());
  if (values.query) return say(await measureQuery());
  if (values.chart) return drawChart();
  const { quick, scenario } = values;
  const plan: Plan = {
    rounds: Number(values.rounds ?? (quick ? 2 : 7)),
    seconds: Number(values.seconds ?? (quick ? 0.4 : 2)),
  };
  const wanted = ({ name }: { name: string }) =>
    scenario ? scenario.includes(name) : !quick || QUICK.includes(name);
  const unknown = scenario?.find((name) => ![...PAIRED, ...SINGLE].some((each) => each.name === name));
  if (unknown !== undefined) throw new Error(`There is no scenario ${unknown}\n\n${HELP}`);

  const broker = await startBroker();
  const load = startLoad(broker.plainPort);
  try {
    if (values.sidebar) return say(await measureSidebar({ broker, load }, progress));
    if (values.profile) {
      const { contenders } = PAIRED.find(({ name }) => name === (scenario?.[0] ?? 'in-one')) ?? PAIRED[0];
      return say(await runProfile(contenders, { broker, load }, progress));
    }
    const verdicts: Verdict[] = [];
    const findings: Finding[] = [];
    const write = (name: string, found: Omit<Found, 'plan'>) => {
      if (values.write || (!quick && !scenario)) writeResults(name, { plan, ...found });
    };
    for (const each of PAIRED.filter(wanted)) {
      const rounds = await runPaired(each, { broker, load }, plan, progress);
      const judged = each.goals.flatMap((goal) => judge(each.name, goal, rounds));
      write(each.name, { rounds, verdicts: judged });
      verdicts.push(...judged);
      say(`\n${pairedReport(each, rounds)}\n`);
    }
    for (const each of SINGLE.filter(wanted)) {
      const found = await each.run({ broker, load, quick, rounds: plan.rounds, progress });
      write(each.name, { findings: found });
      findings.push(...found);
    }
    if (!scenario) write('routing', { routing: routing() });
    if (findings.length > 0) say(`\n${findingReport(findings)}`);
    if (verdicts.length > 0) say(`\n${verdictReport(verdicts)}`);
  } finally {
    load.stop();
    await broker.stop();
  }
}

main()
  .catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    process.exitCode = 1;
  })
  .finally(cleanUp);
