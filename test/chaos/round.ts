import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startBroker } from '../support/broker';
import { temporaryDirectory } from '../support/cleanup';
import { until } from '../support/events';
import type { DeployType } from '../support/flows';
import { type NodeRed, startNodeRed } from '../support/node-red';
import { startProxy } from '../support/proxy';
import { keptOnDisk } from './disk';
import { BROKER_FAULTS, FAULTS, rounds, seeded } from './faults';
import { credentialsOf, flowOf } from './flow';
import { judge } from './judge';
import { type Observations, readLedger, type Verdict } from './ledger';
import { startPlatform } from './platform';

export interface RoundOptions {
  seed: number;
  /** Milliseconds in which faults are begun. */
  duration: number;
  /** Only these faults; all by default. */
  only?: readonly string[];
  /** Where everything that the verdict stands on is written as JSON, with the output of each Node-RED. */
  trace?: string | undefined;
  onProgress?(fault: string, elapsed: number): void;
}

/** Milliseconds between two faults: long enough to recover sometimes, and sometimes not. */
const REST = 1500;
/**
 * Milliseconds for everything to come to its end after the last fault. A persistent session whose connection was lost
 * three times, each time within seconds, is tried again only after up to 120 s: another client may have its id.
 */
const SETTLING = 140_000;

/** Injects faults one after another while numbered messages travel both ways, heals, and judges. */
export async function runRound({ seed, duration, only, trace, onProgress }: RoundOptions): Promise<Verdict> {
  const random = seeded(seed);
  const userDir = prepareUserDirectory();
  const ledger = join(userDir, 'ledger.jsonl');
  const broker = await startBroker({
    persistence: true,
    config: ['max_queued_messages 100000'],
  });
  const { own } = broker;
  const proxy = await startProxy(broker.target);
  const platform = await startPlatform(broker);
  const caFile = join(userDir, 'ca.pem');
  writeFileSync(caFile, broker.ca);
  const options = {
    endpoint: `mqtts://127.0.0.1:${proxy.port}`,
    caFile,
    servername: broker.servername,
    key: broker.key,
    secret: broker.secret,
  };
  const env = { EZT_LEDGER: ledger };
  const seen: Pick<Observations, 'faults' | 'killed' | 'brokerKilled' | 'closes'> = {
    faults: [],
    killed: [],
    brokerKilled: [],
    closes: [],
  };
  let red: NodeRed = await startNodeRed({
    userDir,
    env,
    flows: flowOf(options),
    credentials: credentialsOf(options),
  });
  const logs = [red.log];
  let revision = 0;
  const environment = {
    ...(own && {
      broker: {
        restart: own.restart,
        async kill(signal?: NodeJS.Signals) {
          const at = Date.now();
          await own.kill(signal);
          if (signal === 'SIGKILL') seen.brokerKilled.push({ at, saved: own.saved() });
        },
      },
    }),
    proxy,
    deploy(type: DeployType) {
      revision += 1;
      return red.deploy(flowOf(options, revision), type);
    },
    async restartNodeRed(signal: NodeJS.Signals, away: number) {
      const at = Date.now();
      const run = readLedger(ledger).findLast(({ event }) => event === 'run')?.run ?? 0;
      await red.stop(signal);
      if (signal === 'SIGKILL') seen.killed.push({ run, at, onDisk: keptOnDisk(userDir) });
      else seen.closes.push({ at, ms: Date.now() - at });
      await pause(away);
      red = await startNodeRed({ userDir, env });
      logs.push(red.log);
    },
  };

  const begun = performance.now();
  const observed = (): Observations => ({
    ...seen,
    connections: proxy.began,
    deviceConnections: platform.connections,
    published: platform.published,
    received: platform.received,
  });
  const verdict = () => judge(readLedger(ledger), observed());
  try {
    // Node-RED sends when it has its subscriptions: from then on the session exists.
    await until(() => platform.received.some(({ stream }) => stream === 'push'), 20_000, 'the first message');
    platform.report(true);
    for (const name of rounds(random)) {
      if ((only && !only.includes(name)) || (!own && BROKER_FAULTS.includes(name))) continue;
      const elapsed = performance.now() - begun;
      if (elapsed >= duration) break;
      onProgress?.(name, elapsed);
      seen.faults.push({ name, at: Date.now() });
      await FAULTS[name]?.(environment, random);
      await pause(REST * random());
    }
    writeFileSync(`${ledger}.stop`, '');
    platform.report(false);
    const patience = performance.now() + SETTLING;
    while (performance.now() < patience) {
      const { open, violations } = verdict();
      if (open === 0 && platform.outstanding === 0 && !violations.some((text) => text.startsWith('lost')))
        break;
      await pause(500);
    }
    return verdict();
  } finally {
    if (trace !== undefined)
      writeFileSync(trace, JSON.stringify({ entries: readLedger(ledger), ...observed(), logs }));
    await platform.stop();
    await red.stop('SIGKILL');
    await proxy.stop();
    await broker.stop();
  }
}

/** A user directory in which Node-RED finds the nodes that keep the ledger. */
export function prepareUserDirectory(): string {
  const userDir = temporaryDirectory('ledger');
  const nodes = join(userDir, 'nodes');
  mkdirSync(nodes);
  copyFileSync(join(__dirname, 'ledger-node.js'), join(nodes, 'ledger-node.js'));
  writeFileSync(join(nodes, 'ledger-node.html'), '');
  return userDir;
}
