import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Server, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import type { Packet } from 'mqtt-packet';
import { createWebSocketStream, WebSocketServer } from 'ws';
import { type Authority, type CertificateOptions, createAuthority } from '../../emulator/certificates';
import { atEnd } from './cleanup';
import { until } from './events';
import { type Command, Connection, type PacketOf, type Script } from './scripted-connection';

export { type Command, Connection, type PacketOf, type Script } from './scripted-connection';

export interface ScriptedBrokerOptions {
  /** What to answer; may be changed while the broker runs (`broker.on`). */
  on?: Script;
  /** Called for each connection once TLS (and WebSocket) stand, before its first packet. */
  onConnection?: (connection: Connection) => void;
  /** Default `mqtts`. */
  transport?: 'mqtts' | 'wss';
  /** With `wss`: the HTTP status that refuses every upgrade, such as 403. */
  refuseUpgrade?: number;
  certificate?: CertificateOptions;
  authority?: Authority;
  /** Default: 127.0.0.1. */
  host?: string;
  /** Default: a free one. */
  port?: number;
  /** Further options of the TLS server; TLS 1.1 needs `ciphers: 'ALL@SECLEVEL=0'` besides the versions. */
  tls?: TlsOptions;
}

export interface ScriptedBroker {
  /** `mqtts://127.0.0.1:port` or `wss://127.0.0.1:port`; the latter serves the path `/mqtt` only. */
  readonly endpoint: string;
  readonly port: number;
  readonly ca: string;
  /** The script; set, replace or delete handlers at any time. */
  readonly on: Script;
  /** Every connection that got through TLS (and the upgrade), oldest first. */
  readonly connections: readonly Connection[];
  /** Every packet received, with the number of its connection. */
  readonly received: readonly { connection: number; packet: Packet }[];
  /** TCP connections ever and now; TLS handshakes that failed and upgrades refused. */
  readonly sockets: { readonly total: number; readonly open: number; readonly failed: number };
  /** Received packets of one kind, of all connections or of one. */
  packets<C extends Command>(cmd: C, connection?: number): PacketOf<C>[];
  /** Waits for the `count`-th packet of a kind since the start and resolves with it. */
  packet<C extends Command>(cmd: C, count?: number, timeout?: number): Promise<PacketOf<C>>;
  /** The newest connection that is open; throws if there is none. */
  readonly current: Connection;
  /** Stops listening and drops every connection. */
  stop(): Promise<void>;
}

/** Starts a broker over real TLS that answers as a friendly one would, except where the test's script says otherwise. */
export async function startScriptedBroker(options: ScriptedBrokerOptions = {}): Promise<ScriptedBroker> {
  const authority = options.authority ?? (await createAuthority('scripted broker'));
  const tls: TlsOptions = { ...(await authority.issue(options.certificate)), ...options.tls };
  const on: Script = { ...options.on };
  const connections: Connection[] = [];
  const received: { connection: number; packet: Packet }[] = [];
  const open = new Set<Socket>();
  const counts = { total: 0, failed: 0 };
  const host = options.host ?? '127.0.0.1';

  const serve = (stream: Duplex) => {
    const number = connections.length + 1;
    const record = (packet: Packet) => {
      received.push({ connection: number, packet });
    };
    const connection = new Connection(number, stream, on, record);
    connections.push(connection);
    options.onConnection?.(connection);
  };
  const refused = () => {
    counts.failed += 1;
  };
  const server =
    options.transport === 'wss'
      ? websocketServer(tls, serve, refused, options.refuseUpgrade)
      : createTlsServer(tls, serve);
  server.on('tlsClientError', refused);
  server.on('connection', (socket: Socket) => {
    counts.total += 1;
    open.add(socket);
    socket.on('close', () => open.delete(socket));
  });

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  const drop = () => {
    server.close();
    for (const socket of open) socket.destroy();
  };
  const forget = atEnd(drop);

  const packets = <C extends Command>(cmd: C, number?: number): PacketOf<C>[] =>
    received
      .filter(({ connection }) => number === undefined || connection === number)
      .map(({ packet }) => packet)
      .filter((packet): packet is PacketOf<C> => packet.cmd === cmd);

  return {
    endpoint: `${options.transport ?? 'mqtts'}://${host}:${port}`,
    port,
    ca: authority.ca,
    on,
    connections,
    received,
    sockets: {
      get total() {
        return counts.total;
      },
      get open() {
        return open.size;
      },
      get failed() {
        return counts.failed;
      },
    },
    packets,
    packet: (cmd, count = 1, timeout = 5000) =>
      until(() => packets(cmd)[count - 1], timeout, `${cmd} number ${count}`),
    get current() {
      const newest = connections.findLast((connection) => connection.open);
      if (!newest) throw new Error('No client is connected');
      return newest;
    },
    async stop() {
      forget();
      drop();
      await until(() => open.size === 0, 2000, 'the sockets to close');
    },
  };
}

/** An HTTPS server that upgrades `/mqtt` to MQTT over WebSocket, or refuses every upgrade with a status. */
function websocketServer(
  tls: TlsOptions,
  serve: (stream: Duplex) => void,
  refused: () => void,
  status: number | undefined,
): Server {
  const server = createHttpsServer(tls, (_request, response) => response.writeHead(404).end());
  const upgrades = new WebSocketServer({
    noServer: true,
    handleProtocols: (offered) => (offered.has('mqtt') ? 'mqtt' : false),
  });
  server.on('upgrade', (request, socket, head) => {
    const refusal = status ?? (request.url === '/mqtt' ? undefined : 404);
    if (refusal !== undefined) {
      refused();
      socket.end(`HTTP/1.1 ${refusal} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    upgrades.handleUpgrade(request, socket, head, (websocket) => serve(createWebSocketStream(websocket)));
  });
  return server;
}
