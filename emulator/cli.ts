#!/usr/bin/env node
import { parseCommandLine } from './cli-options';
import { textsFor } from './cli-texts';
import { type EmulatorOptions, startEmulator } from './emulator';

const texts = textsFor(process.env.LANG);

/** Runs the emulator until SIGINT or SIGTERM. Exit codes: 0 stopped, 1 could not start, 2 wrong usage. */
async function main(): Promise<void> {
  const commandLine = parseCommandLine(process.argv.slice(2));
  if ('help' in commandLine) {
    console.log(texts.help);
    return;
  }
  if ('mistake' in commandLine) {
    console.error(`${commandLine.mistake}. ${texts.seeHelp}`);
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
    console.error(reasonOf(error, options));
    process.exitCode = 1;
  }
}

function reasonOf(error: unknown, options: EmulatorOptions): string {
  if (!(error instanceof Error)) return String(error);
  if ('code' in error && error.code === 'EADDRINUSE' && 'port' in error && typeof error.port === 'number') {
    return texts.portTaken(error.port, flagOf(error.port, options));
  }
  return error.message;
}

/** The flag that set the port, or would have: two of the same number are told apart by their order of opening. */
function flagOf(port: number, { port: tls = 7885, wssPort = 7886 }: EmulatorOptions): string {
  if (port === tls && port !== wssPort) return '--port';
  return port === wssPort ? '--wss-port' : '--device-port';
}

void main();
