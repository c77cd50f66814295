import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { NodeMessage } from 'node-red';
import { KEY } from '../cloud/transport/harness';
import { temporaryDirectory } from '../support/cleanup';
import { until } from '../support/events';
import { loadFlow, nodeOf, unload } from '../support/flows';
import { startScriptedBroker } from '../support/scripted-broker';
import { hostile } from './hostile';
import type { Random } from './random';

export interface OutgoingTotals {
  /** Messages that the nodes were given, and those that ended: by how they ended. */
  given: number;
  settled: number;
  done: number;
  codes: Record<string, number>;
  /** Given messages that ended more than once. */
  twice: number;
  published: number;
  /** What the broker got and should not have. */
  wrong: string[];
  connections: number;
}

interface Hooks {
  add(name: string, hook: (event: { msg: Tagged; error?: { code?: string; message: string } }) => void): void;
  remove(name: string): void;
}
interface Tagged {
  fuzz?: number;
}
const { hooks } = createRequire(__filename)('@node-red/util') as { hooks: Hooks };

const TOPIC = /^open\/PR_laboratory\/[^/+#\0]+\/(attributes_push|command_send)$/;
/** Given at once before the outcome is awaited. */
const BATCH = 500;

/** Gives hostile messages to the three kinds of sending nodes in Node-RED, and counts how they end. */
export async function fuzzOutgoing(
  count: number,
  random: Random,
  onProgress: (done: number) => void = () => undefined,
): Promise<OutgoingTotals> {
  const totals: OutgoingTotals = {
    given: 0,
    settled: 0,
    done: 0,
    codes: {},
    twice: 0,
    published: 0,
    wrong: [],
    connections: 0,
  };
  const broker = await startScriptedBroker();
  broker.on.publish = (packet, connection) => {
    totals.published += 1;
    const text = packet.payload.toString();
    if (!TOPIC.test(packet.topic) || !text.startsWith('{')) totals.wrong.push(`${packet.topic}: ${text}`);
    connection.answer(packet);
  };
  const open = new Set<number>();
  hooks.add('onComplete.fuzz', ({ msg, error }) => {
    const number = msg.fuzz ?? -1;
    totals.settled += 1;
    if (!open.delete(number)) totals.twice += 1;
    if (!error) totals.done += 1;
    else {
      const code = error.code ?? `no code: ${error.message}`;
      totals.codes[code] = (totals.codes[code] ?? 0) + 1;
    }
  });
  try {
    await load(broker);
    await until(() => broker.packets('subscribe').length > 0, 5000, 'the connection');
    const nodes = ['push', 'command', 'asking'].map(nodeOf);
    for (let number = 0; number < count; number += 1) {
      open.add(number);
      totals.given += 1;
      random.pick(nodes).receive(messageOf(number, random));
      if (open.size < BATCH && number < count - 1) continue;
      await until(() => open.size === 0, 20_000, `the end of ${open.size} messages`);
      onProgress(number + 1);
    }
    totals.connections = broker.connections.length;
    return totals;
  } finally {
    hooks.remove('onComplete.fuzz');
    await unload();
    await broker.stop();
  }
}

function messageOf(fuzz: number, random: Random) {
  const message: NodeMessage & Record<string, unknown> = { fuzz, payload: hostile(random), device: 'DU_1' };
  if (random.onceIn(3)) message.device = hostile(random);
  if (random.onceIn(3)) message.command = hostile(random);
  else if (random.onceIn(2)) message.command = 'm';
  if (random.onceIn(4)) message.id = hostile(random);
  return message;
}

async function load({ endpoint, ca }: { endpoint: string; ca: string }): Promise<void> {
  const caFile = join(temporaryDirectory('fuzz'), 'ca.pem');
  writeFileSync(caFile, ca);
  const common = { z: 'tab', x: 0, y: 0, cloud: 'project', wires: [] };
  await loadFlow(
    [
      { id: 'tab', type: 'tab', label: 'Fuzz' },
      { id: 'tls', type: 'tls-config', cert: '', key: '', ca: caFile, verifyservercert: true },
      { id: 'project', type: 'eztcloud-config', endpoint, tls: 'tls', queueLimit: BATCH * 4 },
      { id: 'push', type: 'ezt-attr-out', ...common },
      { id: 'command', type: 'ezt-command-out', waitReply: false, ...common },
      { id: 'asking', type: 'ezt-command-out', timeout: 0.02, ...common },
    ],
    {
      credentials: { project: { projectKey: KEY, projectSecret: 'secret' } },
      settings: { logging: { console: { level: 'off' } } },
    },
  );
}
