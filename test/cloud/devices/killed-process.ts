// Learns without end into a device memory on the directory that it is given, and tells about it, line by line.
import { createDeviceMemory } from '../../../cloud/devices/device-memory';
import { openMemoryStore } from '../../../cloud/devices/memory-store';

/** What the process says: up to which number it has loaded or learned, and the time of that. */
export type Line = { loaded: number } | { learned: number; at: number } | { error: string };

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
  let learned = 0;
  for (const { attributes } of memory.all())
    learned = Math.max(learned, Number(attributes.get('attribute0')?.value));
  say({ loaded: learned });
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
