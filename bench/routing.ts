import { performance } from 'node:perf_hooks';
import { topicParser } from '../cloud/protocol/topics';
import { contentOf, deliver } from '../cloud/receive/delivery';
import type { Receiver } from '../cloud/subscriptions/listener';
import { createRouter } from '../cloud/subscriptions/router';
import { learning } from './device-memory';
import { median } from './statistics';
import { figure, table } from './table';
import { deviceName, REPORT } from './traffic';

const NODES = [1, 10, 100, 1_000, 10_000, 100_000];
const PROJECT = 'PR_routing';
const MESSAGES = 50_000;
const ROUNDS = 5;

export interface Routing {
  nodes: number;
  /** Nanoseconds: to parse the topic and find the listeners, and to hand the decoded message over as well. */
  match: number;
  deliver: number;
  /** To learn from the decoded message alone. */
  learn: number;
}

/** Routing alone, in this process: what a message costs by the number of nodes, each with a device of its own. */
export function routing(): Routing[] {
  const benches = NODES.map(prepare);
  for (const bench of benches) {
    bench.deliver(MESSAGES / 5);
    bench.learn(Math.max(MESSAGES, 200_000));
  }
  // In turn, so that whatever else the machine does meets all of them.
  const rounds = Array.from({ length: ROUNDS }, () =>
    benches.map((bench) => ({
      match: time(bench.match),
      deliver: time(bench.deliver),
      learn: time(bench.learn),
    })),
  );
  return NODES.map((nodes, i) => ({
    nodes,
    match: median(rounds.map((round) => round[i]?.match ?? Number.NaN)),
    deliver: median(rounds.map((round) => round[i]?.deliver ?? Number.NaN)),
    learn: median(rounds.map((round) => round[i]?.learn ?? Number.NaN)),
  }));
}

function time(work: (messages: number) => void): number {
  const start = performance.now();
  work(MESSAGES);
  return (1e6 * (performance.now() - start)) / MESSAGES;
}

function prepare(nodes: number) {
  const router = createRouter(PROJECT, '');
  const parse = topicParser(PROJECT);
  let taken = 0;
  const receiver: Receiver = {
    attributes: [],
    methods: [],
    dataFormat: 'json',
    output: 'message',
    onMessage() {
      taken += 1;
    },
    onMalformed(error) {
      throw error;
    },
  };
  for (let i = 0; i < nodes; i += 1) {
    router.add({
      devices: [deviceName(i)],
      channels: ['attributes'],
      streams: [],
      qos: 0,
      unshared: false,
      receiver,
    });
  }
  // As bytes: a topic that comes in is a new string each time.
  const topics = Array.from({ length: nodes }, (_, i) =>
    Buffer.from(`open/${PROJECT}/${deviceName(i)}/attributes`),
  );
  const payload = Buffer.from(REPORT);

  function each(messages: number, use: (topic: string, receivers: Receiver[]) => void) {
    taken = 0;
    for (let i = 0; i < messages; i += 1) {
      const text = String(topics[i % nodes]);
      const topic = parse(text);
      if (!topic) throw new Error(text);
      const receivers: Receiver[] = [];
      router.match(topic, (listener) => {
        if (listener.receiver) receivers.push(listener.receiver);
      });
      if (receivers.length !== 1) throw new Error(`${receivers.length} receivers`);
      use(text, receivers);
    }
  }

  return {
    match: (messages: number) => each(messages, () => undefined),
    learn: learning(nodes),
    deliver(messages: number) {
      each(messages, (text, receivers) => {
        const topic = parse(text);
        if (!topic) return;
        const { device, channel: type } = topic;
        const envelope = {
          topic: text,
          device,
          project: '',
          timestamp: 0,
          qos: 0 as const,
          retain: false,
          type,
        };
        deliver(envelope, payload, receivers, contentOf('attributes', payload));
      });
      if (taken !== messages) throw new Error(`${taken} of ${messages} handed over`);
    },
  };
}

export const measureRouting = (): string =>
  table([
    ['nodes', 'topic to listeners, ns', 'with decoding and delivery, ns', 'device memory alone, ns'],
    ...routing().map((row) => [figure(row.nodes), figure(row.match), figure(row.deliver), figure(row.learn)]),
  ]);
