import {
  type Client,
  type ClientOptions,
  formatTopic,
  type Listener,
  openClient,
  parseEndpoint,
  type State,
  type ValueMessage,
} from '../../../cloud';
import type { Connection } from '../../../cloud/transport/connection';
import { openConnection } from '../../../cloud/transport/connection';
import type { ConnectionOptions } from '../../../cloud/transport/connection-options';
import type { Connected } from '../../../cloud/transport/packets';
import type { Received } from '../../../cloud/transport/publish-packets';
import type { Refusal } from '../../../cloud/transport/reason-codes';
import { until } from '../../support/events';
import { namedBroker } from '../../support/named-broker';

/** What tests need to know of a broker, scripted or real. */
export interface Broker {
  readonly endpoint: string;
  readonly ca: string;
  readonly key?: string;
  readonly secret?: string;
  readonly servername?: string;
}

/** The project of these tests, on the broker that environment variables name too. */
export const KEY = namedBroker()?.key ?? 'PR_laboratory';
export const DEVICE = 'DU_0000000001';
export const SECRET = 'correct-horse-battery';

export const clientOptions = (broker: Broker, overrides: Partial<ClientOptions> = {}): ClientOptions => ({
  endpoint: parseEndpoint(broker.endpoint),
  username: broker.key ?? KEY,
  password: broker.secret ?? SECRET,
  tls: { ca: broker.ca, ...(broker.servername && { servername: broker.servername }) },
  clientId: `test-${Math.random().toString(36).slice(2)}`,
  randomClientId: true,
  clean: true,
  sessionExpiry: 3600,
  keepalive: 30,
  protocol: 'auto',
  group: '',
  queue: { limit: 1000, expiry: 60_000, rate: 0 },
  onError: (error) => {
    throw error;
  },
  ...overrides,
});

/** A client with what it said of itself. */
export interface Opened {
  client: Client;
  /** Every state, in order, each once. */
  states: State[];
  /** How the next attempts were asked for. */
  retries: { attempt: number; slow: boolean }[];
}

const opened = new Set<Client>();
const SOON = 20;

/** Opens a client that tries again after `soon` ms, and after an hour what needs a person. `closeAll` closes it. */
export function open(broker: Broker, overrides: Partial<ClientOptions> = {}, soon = SOON): Opened {
  const states: State[] = [];
  const retries: Opened['retries'] = [];
  const retryDelay = (attempt: number, slow: boolean) => {
    retries.push({ attempt, slow });
    return slow ? 3_600_000 : soon;
  };
  const client = openClient(clientOptions(broker, { retryDelay, ...overrides }));
  opened.add(client);
  const note = () => {
    if (states.at(-1) !== client.state) states.push(client.state);
  };
  note();
  client.onChange(note);
  return { client, states, retries };
}

/** In `afterEach`. */
export async function closeAll(): Promise<void> {
  const clients = [...opened];
  opened.clear();
  await Promise.all(clients.map((client) => client.close(false)));
}

/** Closes one client, and forgets it. */
export function close(client: Client, endSession = false): Promise<void> {
  opened.delete(client);
  return client.close(endSession);
}

export const connected = ({ state }: Client) => (state.is === 'connected' ? state : undefined);
export const waiting = ({ state }: Client) => (state.is === 'waiting' ? state : undefined);

export async function openConnected(broker: Broker, overrides?: Partial<ClientOptions>): Promise<Opened> {
  const it = open(broker, overrides);
  await until(() => connected(it.client), 5000, 'the connection');
  return it;
}

/** Waits for a refusal and resolves with it. */
export async function refused({ client }: Opened, timeout = 5000): Promise<Refusal> {
  return (await until(() => waiting(client), timeout, 'the refusal')).refusal;
}

/** A listener that keeps what it gets; by default every attribute message of every device. */
export interface RecordingListener extends Listener {
  messages: ValueMessage[];
}
export function recordingListener(
  wants: Partial<Listener> = {},
  onMessage?: (message: ValueMessage) => void,
): RecordingListener {
  const messages: ValueMessage[] = [];
  return {
    devices: [],
    channels: ['attributes'],
    streams: [],
    qos: 1,
    unshared: false,
    messages,
    receiver: {
      attributes: [],
      methods: [],
      dataFormat: 'buffer',
      output: 'message',
      onMessage: (message) => {
        messages.push(message);
        onMessage?.(message);
      },
      onMalformed: (error) => {
        throw error;
      },
    },
    ...wants,
  };
}

/** Topic of attributes that `device` reports. */
export const attributesOf = (device = DEVICE) => formatTopic(KEY, device, 'attributes');
/** The numbers in `{"n": …}` messages. */
export const numbers = ({ messages }: RecordingListener) =>
  messages.map(({ payload }) => Number(Object(payload).n));
export const numbered = (n: number) => JSON.stringify({ n });
/** 0 … count − 1. */
export const upTo = (count: number) => Array.from({ length: count }, (_, n) => n);

/** One connection, with what it was told. */
export interface Line {
  connection: Connection;
  messages: Received[];
  closed: Refusal[];
  connacks: Connected[];
}

/** `openConnection` by itself. `onMessage` is called after the message was noted. */
export function dial(
  broker: Broker,
  overrides: Partial<ConnectionOptions> = {},
  onMessage?: (line: Line, received: Received) => void,
): Line {
  const { endpoint, username, password, tls, clientId } = clientOptions(broker);
  const messages: Received[] = [];
  const closed: Refusal[] = [];
  const connacks: Connected[] = [];
  const connection = openConnection(
    {
      endpoint,
      username,
      password,
      tls,
      clientId,
      version: 5,
      clean: true,
      sessionExpiry: 3600,
      keepalive: 30,
      connectTimeout: 5000,
      receiveMaximum: 100,
      ...overrides,
    },
    {
      onConnected: (connack) => connacks.push(connack),
      onMessage: (received) => {
        messages.push(received);
        onMessage?.(line, received);
      },
      onNoSubscribers: () => undefined,
      onClosed: (refusal) => closed.push(refusal),
    },
  );
  const line: Line = { connection, messages, closed, connacks };
  return line;
}

export async function dialled(...how: Parameters<typeof dial>): Promise<Line> {
  const line = dial(...how);
  await until(() => line.connacks.length === 1, 5000, 'CONNACK');
  return line;
}
