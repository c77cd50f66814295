import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { atEnd } from './cleanup';

/** A TCP proxy that breaks on demand. */
export interface TcpProxy {
  readonly port: number;
  /** Connections taken since the start, and those open now. */
  readonly total: number;
  readonly open: number;
  /** When each of them began, ms since the epoch. */
  readonly began: readonly number[];
  /** Bytes forwarded: from the client, from the server. */
  readonly sent: number;
  readonly received: number;
  /** Resets every open connection (RST); new ones are taken. */
  cut(): void;
  /**
   * On: nothing is forwarded any more, in either direction, but every socket stays open; new ones likewise.
   * Off: goes on where it stopped, as TCP does when a network comes back.
   */
  blackhole(on: boolean): void;
  /** On: no longer listens, so that new connections are refused. Open ones stay. */
  refuse(on: boolean): Promise<void>;
  /** Forwards at most so many bytes per second in each direction of a connection; 0 = no limit. */
  slow(bytesPerSecond: number): void;
  stop(): Promise<void>;
}

/** Starts a proxy on a free port of the loopback in front of `target`. */
export async function startProxy(target: { host?: string; port: number }): Promise<TcpProxy> {
  const open = new Set<Socket>();
  const sockets = new Set<Socket>();
  const counts = { sent: 0, received: 0 };
  const began: number[] = [];
  /** Resolved unless the blackhole is on. */
  let light = Promise.resolve();
  let lightUp: (() => void) | undefined;
  let rate = 0;

  /** Forwards one direction to its end; reads on only when the last chunk has been passed. */
  async function pump(from: Socket, to: Socket, count: (bytes: number) => void): Promise<void> {
    try {
      for await (const chunk of from.iterator({ destroyOnReturn: false })) {
        if (rate > 0) await pause((chunk.length / rate) * 1000, undefined, { ref: false });
        await light;
        if (to.destroyed) return;
        count(chunk.length);
        if (!to.write(chunk)) await Promise.race([once(to, 'drain'), once(to, 'close')]);
      }
      await light;
      to.end();
    } catch {
      await light; // one side broke, so the other one is broken too
      from.resetAndDestroy();
      to.resetAndDestroy();
    }
  }

  const server = createServer({ allowHalfOpen: true }, (client) => {
    began.push(Date.now());
    const upstream = connect({ host: target.host ?? '127.0.0.1', port: target.port, allowHalfOpen: true });
    for (const socket of [client, upstream]) {
      socket.setNoDelay(true);
      socket.on('error', () => socket.destroy()); // `pump` tells the other side
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
    }
    void pump(client, upstream, (bytes) => {
      counts.sent += bytes;
    });
    void pump(upstream, client, (bytes) => {
      counts.received += bytes;
    });
    open.add(client);
    client.on('close', () => open.delete(client));
  });

  const listen = (port: number) =>
    new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', () => {
        server.off('error', reject);
        resolve();
      });
    });
  /** Stops listening; does not wait for open connections. */
  const unlisten = () => {
    if (server.listening) server.close();
  };
  const cut = () => {
    for (const socket of sockets) socket.resetAndDestroy();
  };

  await listen(0);
  const { port } = server.address() as AddressInfo;
  const forget = atEnd(() => {
    unlisten();
    cut();
  });

  return {
    port,
    get total() {
      return began.length;
    },
    began,
    get open() {
      return open.size;
    },
    get sent() {
      return counts.sent;
    },
    get received() {
      return counts.received;
    },
    cut,
    blackhole(on) {
      lightUp?.();
      if (on) {
        light = new Promise((resolve) => {
          lightUp = resolve;
        });
      }
    },
    async refuse(on) {
      if (on) unlisten();
      else if (!server.listening) await listen(port);
    },
    slow(bytesPerSecond) {
      rate = bytesPerSecond;
    },
    async stop() {
      forget();
      unlisten();
      cut();
    },
  };
}
