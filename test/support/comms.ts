import { WebSocket } from 'ws';
import { until } from './events';

/** What a debug node shows in the sidebar. */
export interface DebugMessage {
  /** The debug node, or the node that an error is about. */
  id: string;
  name?: string;
  topic?: string;
  format: string;
  /** As text; objects as JSON. */
  msg: string;
  /** Of an error or warning. */
  level?: number;
}

export interface Status {
  fill?: string;
  shape?: string;
  text?: string;
}

/** What Node-RED tells its editors: debug messages and the statuses of nodes. */
export interface Comms {
  readonly messages: readonly DebugMessage[];
  /** By node id; those of nodes that have none are `{}` or missing. */
  readonly statuses: ReadonlyMap<string, Status>;
  /** The first debug message of `node` from the `after`-th on that fits; waits for it. */
  next(
    node: string,
    fits?: (message: DebugMessage) => boolean,
    after?: number,
    timeout?: number,
  ): Promise<DebugMessage>;
  close(): void;
}

/** Listens as an editor does to the Node-RED at `url`. */
export async function listen(url: string): Promise<Comms> {
  const socket = new WebSocket(`${url.replace(/^http/, 'ws').replace(/\/$/, '')}/comms`);
  const messages: DebugMessage[] = [];
  const statuses = new Map<string, Status>();
  socket.on('message', (data) => {
    const news: unknown = JSON.parse(String(data));
    for (const { topic, data } of Array.isArray(news) ? (news as { topic: string; data: unknown }[]) : []) {
      if (topic === 'debug') messages.push(data as DebugMessage);
      else if (topic.startsWith('status/')) statuses.set(topic.slice('status/'.length), data as Status);
    }
  });
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  for (const subscribe of ['debug', 'status/#']) socket.send(JSON.stringify({ subscribe }));
  return {
    messages,
    statuses,
    next: (node, fits = () => true, after = 0, timeout = 15_000) =>
      until(
        () => messages.slice(after).find((message) => message.id === node && fits(message)),
        timeout,
        `a debug message of ${node}, after ${JSON.stringify(messages.slice(-3))}`,
      ),
    close: () => socket.terminate(),
  };
}
