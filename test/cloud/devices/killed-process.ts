// Learns without end into a device memory on the directory that it is given, and tells about it, line by line.
import { createDeviceMemory } from '../../../cloud/devices/device-memory';
import { openMemoryStore } from '../../../cloud/devices/memory-store';

/** What the process says. `at`: of the last message that it has learned from. */
export type Line = { loaded: number; at: number } | { learned: number; at: number } | { error: string };

const DEVICES = 1_000;
const NAMES = Array.from({ length: 10 }, (_, i) => `attribute${i}`);

const say = (line: Line) => process.stdout.write(`${JSON.stringify(line)}\n`);

async function run(directory: string): Promise<void> {
  const memory = createDeviceMemory();
  openMemoryStore(memory, {
    directory,
    keeps: true,
    projectKey: 'PR_1',
    free: Promise.resolve(),
    onError: (error) => say({ error: String(error) }),
    timing: { pause: 10 },
  });
  await memory.loaded;
  const [last] = memory.latest();
  let learned = Number(last?.attributes.get('attribute0')?.value ?? 0);
  say({ loaded: learned, at: last?.lastSeen ?? 0 });
  setInterval(() => {
    const at = Date.now();
    for (let i = 0; i < 100; i += 1) {
      learned += 1;
      const attributes = Object.fromEntries(NAMES.map((name) => [name, learned]));
      memory.learn({ device: `DU_${learned % DEVICES}`, channel: 'attributes' }, attributes, at, true);
    }
    say({ learned, at });
  }, 2);
}

void run(process.argv[2] ?? '');
