import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { atEnd } from './cleanup';

export interface HttpProxyOptions {
  /** `user:password`; anything else gets 407. */
  credentials?: string;
  /** The proxy itself speaks TLS. */
  certificate?: { cert: string; key: string };
  /** What to do with a request instead of connecting; may be changed while it runs. */
  misbehave?: (socket: Socket) => void;
  /** Names that only the proxy knows. */
  hosts?: Readonly<Record<string, string>>;
}

/** An HTTP proxy that knows CONNECT only, and misbehaves on demand. */
export interface HttpProxyServer {
  /** `http://127.0.0.1:port`, or https. */
  readonly url: string;
  readonly port: number;
  /** The header of each request, as it came. */
  readonly requests: readonly string[];
  /** Connections that are open. */
  readonly open: number;
  misbehave: ((socket: Socket) => void) | undefined;
  credentials: string | undefined;
  stop(): Promise<void>;
}

export async function startHttpProxy(options: HttpProxyOptions = {}): Promise<HttpProxyServer> {
  const requests: string[] = [];
  const sockets = new Set<Socket>();
  const script = { misbehave: options.misbehave, credentials: options.credentials };

  function keep(socket: Socket) {
    sockets.add(socket);
    socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket));
  }
  function serve(socket: Socket) {
    keep(socket);
    let header = '';
    socket.on('data', function read(bytes: Buffer) {
      header += bytes.toString('latin1');
      if (!header.endsWith('\r\n\r\n')) return;
      socket.off('data', read);
      requests.push(header);
      if (script.misbehave) script.misbehave(socket);
      else answer(socket, header);
    });
  }
  function answer(socket: Socket, header: string) {
    const [, host = '', port] = /^CONNECT \[?([^\s\]]+?)\]?:(\d+) HTTP\/1\.1\r\n/.exec(header) ?? [];
    const [, given = ''] = /^Proxy-Authorization: Basic (\S+)\r\n/im.exec(header) ?? [];
    if (script.credentials && Buffer.from(given, 'base64').toString() !== script.credentials) {
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="x"\r\n\r\n');
      return;
    }
    const upstream = connect({ host: options.hosts?.[host] ?? host, port: Number(port) });
    keep(upstream);
    upstream.once('connect', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      socket.pipe(upstream).pipe(socket);
      socket.on('close', () => upstream.destroy());
      upstream.on('close', () => socket.destroy());
    });
    upstream.once('error', () => socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n'));
  }

  const { certificate } = options;
  const server: Server = certificate ? createTlsServer(certificate, serve) : createServer(serve);
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  const forget = atEnd(close);
  return Object.assign(script, {
    url: `${certificate ? 'https' : 'http'}://127.0.0.1:${port}`,
    port,
    requests,
    get open() {
      return sockets.size;
    },
    async stop() {
      forget();
      close();
    },
  });
}
