import { parseCommandLine } from './cli-options';
import { reasonOf, textsFor } from './cli-texts';
import { startEmulator } from './emulator';

/**
 * Runs the emulator until SIGINT or SIGTERM, as the process's command line says. Exit codes: 0 stopped, 1 could not start,
 * 2 wrong usage. `command`: what options are put behind, for the texts.
 */
export async function runCli(command: string): Promise<void> {
  const texts = textsFor(process.env);
  const commandLine = parseCommandLine(process.argv.slice(2));
  if ('help' in commandLine) {
    console.log(texts.help(command));
    return;
  }
  if ('mistake' in commandLine) {
    console.error(`${commandLine.mistake}. ${texts.seeHelp(command)}`);
    process.exitCode = 2;
    return;
  }
  const { options } = commandLine;
  try {
    const emulator = await startEmulator(options);
    let stopping = false;
    const stop = (): void => {
      if (stopping) return; // npm passes Ctrl-C on to a process that the terminal has already told
      stopping = true;
      console.log(texts.stopping);
      // Whatever still runs then must not hold the terminal.
      void emulator.stop().finally(() => process.exit(0));
    };
    process.on('SIGINT', stop);
    process.on('SIGTERM', stop);
    console.log(`${texts.started(emulator)}\n\n${texts.ctrlC}`); // what it says of Ctrl-C holds by now
  } catch (error) {
    console.error(reasonOf(texts, command, error, options));
    process.exitCode = 1;
  }
}
