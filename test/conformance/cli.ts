import { runCommand } from '../support/command';
import { ask } from './ask';
import { ROWS } from './rows';
import { emulatorSubject, mosquittoSubject, namedSubject, type Running } from './subjects';
import { type Answers, compared, tableOf } from './table';

/** `npm run conformance`: exits with 1 when the emulator, or the broker that is named, does otherwise than EMQX. */
async function main(): Promise<void> {
  const named = namedSubject();
  const others = [await mosquittoSubject(), named].filter((subject): subject is Running => !!subject);
  const subjects = [await emulatorSubject(), ...others];
  const rows: (readonly [(typeof ROWS)[number], Answers])[] = [];
  try {
    for (const row of ROWS) {
      const seen: Record<string, string | undefined> = {};
      for (const subject of subjects) seen[subject.name] = await ask(subject, row);
      rows.push([row, seen]);
    }
  } finally {
    await Promise.all(subjects.map((subject) => subject.stop()));
  }
  console.log(
    tableOf(
      rows,
      subjects.map(({ name }) => name),
    ),
  );
  const counts = subjects.map(({ name }) => {
    const all = rows.map(([row, answers]) => compared(row, answers[name]));
    const [same, unasked] = ['same', 'not asked'].map((word) => all.filter((text) => text === word).length);
    const differ = all.length - (same ?? 0) - (unasked ?? 0);
    return { name, differ, text: `${name}: ${same} same, ${differ} differ, ${unasked} not asked` };
  });
  console.log(`\n${counts.map(({ text }) => text).join('\n')}`);
  if (counts.some(({ name, differ }) => name !== 'mosquitto' && differ > 0)) process.exitCode = 1;
}

runCommand(main);
