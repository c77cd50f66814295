#!/usr/bin/env node
import { parseCommandLine } from './cli-options';
import { reasonOf, textsFor } from './cli-texts';
import { startEmulator } from './emulator';

const COMMAND = 'npm run emulator';
const texts = textsFor(process.env);

/** Runs the emulator until SIGINT or SIGTERM. Exit codes: 0 stopped, 1 could not start, 2 wrong usage. */
async function main(): Promise<void> {
  const commandLine = parseCommandLine(process.argv.slice(2));
  if ('help' in commandLine) {
    console.log(texts.help);
    return;
  }
  if ('mistake' in commandLine) {
    console.error(`${commandLine.mistake}. ${texts.seeHelp(COMMAND)}`);
    process.exitCode = 2;
    return;
  }
  const { options } = commandLine;
  try {
    const emulator = await startEmulator(options);
    console.log(texts.started(emulator));
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
  } catch (error) {
    console.error(reasonOf(texts, COMMAND, error, options));
    process.exitCode = 1;
  }
}

void main();
