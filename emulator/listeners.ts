import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createServer as createTlsServer, type Server } from 'node:tls';
import { createWebSocketStream, WebSocketServer } from 'ws';
import type { Certificate } from './certificates';

export interface ListenOptions {
  host: string;
  /** 0: any that is free. */
  port: number;
  certificate: Certificate;
  handle(connection: Duplex): void;
}

export interface Listener {
  port: number;
  /** Takes no more connections; `cut` ends those there are. */
  close(): Promise<void>;
  cut(): void;
}

/** MQTT over TLS. Rejects with Node's error (`EADDRINUSE` …) when it cannot listen. */
export function listenTls({ certificate, handle, ...address }: ListenOptions): Promise<Listener> {
  return listen(createTlsServer(certificate, handle), address);
}

/** MQTT over secure WebSocket, on the path `/mqtt` and nowhere else. Rejects as `listenTls` does. */
export function listenWss({ certificate, handle, ...address }: ListenOptions): Promise<Listener> {
  const server = createHttpsServer(certificate, (_request, response) => response.writeHead(426).end());
  const upgrades = new WebSocketServer({
    noServer: true,
    path: '/mqtt',
    handleProtocols: (protocols) => protocols.has('mqtt') && 'mqtt',
  });
  server.on('upgrade', (request, socket, head) => {
    upgrades.handleUpgrade(request, socket, head, (webSocket) => handle(createWebSocketStream(webSocket)));
  });
  return listen(server, address);
}

async function listen(server: Server, address: { host: string; port: number }): Promise<Listener> {
  /** All sockets, also those that haven't finished, or begun, their TLS handshake. */
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(address, resolve);
  });
  return {
    port: portOf(server.address()),
    close: () => new Promise((resolve) => void server.close(() => resolve())),
    cut() {
      for (const socket of sockets) socket.destroy();
    },
  };
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return address.port;
}
