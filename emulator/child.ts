import { createHash } from 'node:crypto';
import { CHILD, type FromChild, type Ports, type ToChild } from './child-messages';
import { type Emulator, type EmulatorOptions, startEmulator } from './emulator';

/** Milliseconds between two looks at how many applications are connected. */
const COUNTING = 250;
/** For the example that sends a command to a fleet. */
const FLEET = { fleet: 1000, fleetOnDemand: true };
/** On Windows a port that the system has reserved is refused with EACCES. */
const TAKEN = ['EADDRINUSE', 'EACCES'];

/** Whether this process was started by Node-RED to be its emulator. */
export const isChild = (): boolean => process.argv[2] === CHILD && process.connected;

/** The emulator as a child process of Node-RED: it does as messages say, and ends with its parent. */
export function runChild(): void {
  let secrets = new Set<string>();
  let starting: Promise<Emulator | undefined> | undefined;
  const isSecret = (typed: string) => secrets.has(createHash('sha256').update(typed).digest('hex'));

  async function start(directory: string, ports: Ports | undefined): Promise<Emulator | undefined> {
    try {
      const emulator = await startSomewhere({ directory, isSecret, ...FLEET }, ports);
      const { ca, devices, port, wssPort } = emulator;
      tell({ is: 'running', ca, devices, port, wssPort });
      tellConnections(emulator);
      return emulator;
    } catch (error) {
      tell(failure(error), () => process.exit(1));
      return undefined;
    }
  }

  process.once('disconnect', () => process.exit(0));
  // A terminal and a service manager send these to Node-RED too: it says whether this ends.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => undefined);
  process.on('message', (message: ToChild) => {
    if (message.do === 'stop') void stop();
    else secrets = new Set(message.secrets);
    if (message.do === 'start') starting ??= start(message.directory, message.ports);
  });

  async function stop(): Promise<void> {
    const emulator = await starting;
    await emulator?.stop();
    process.exit(0);
  }
}

/** On `ports`, or on the platform's own, or where one of these is taken on another that is free. */
async function startSomewhere(options: EmulatorOptions, ports: Ports | undefined): Promise<Emulator> {
  if (ports) return startEmulator({ ...options, ...ports });
  const tried = { port: 7885, wssPort: 7886 };
  for (;;) {
    try {
      return await startEmulator({ ...options, ...tried });
    } catch (error) {
      const { port } = failure(error);
      if (port === undefined || port === 0) throw error;
      if (port === tried.port) tried.port = nextPort(port);
      else tried.wssPort = nextPort(port);
    }
  }
}

/**
 * Not one that the system chooses, as long as there are others: from those it takes ports of outgoing connections, too, so one of
 * them may be in use at the next start.
 */
const nextPort = (port: number): number => (port < 10_000 ? port + 100 : 0);

function failure(error: unknown): FromChild & { is: 'failed' } {
  if (!(error instanceof Error)) return { is: 'failed', detail: String(error) };
  const { message: detail, code, port } = error as NodeJS.ErrnoException & { port?: unknown };
  const taken = typeof port === 'number' && TAKEN.includes(code ?? '');
  return { is: 'failed', detail, ...(taken && { port }) };
}

function tellConnections({ brokers }: Emulator): void {
  let told = 0;
  setInterval(() => {
    const count = brokers.applications.clients.size;
    if (count !== told) tell({ is: 'connections', count });
    told = count;
  }, COUNTING).unref();
}

/** A parent that has just gone is none to tell. */
function tell(message: FromChild, then: () => void = () => undefined): void {
  if (process.connected) process.send?.(message, undefined, undefined, then);
}
