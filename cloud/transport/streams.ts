import { type Duplex, PassThrough } from 'node:stream';
import { connect, type ConnectionOptions as TlsOptions } from 'node:tls';
import { type Endpoint, formatEndpoint } from '../protocol/endpoint';
import { LateStream } from './late-stream';
import type { HttpProxy } from './proxy';
import { openTunnel } from './proxy-tunnel';
import { tlsConnectOptions } from './tls-options';

/** Bytes of one WebSocket message, which holds any number of MQTT packets: twice the largest packet. */
const MAX_MESSAGE = 32 * 1024 * 1024;

// Loaded with the first connection that needs it.
const websockets = (): typeof import('ws') => require('ws');

/** How a broker is reached. */
export interface Way {
  endpoint: Endpoint;
  tls: TlsOptions;
  /** `undefined`: directly. */
  proxy?: HttpProxy | undefined;
}

/** Starts to connect. Every failure comes as the event `error`, also invalid TLS options. */
export function openStream(way: Way): Duplex {
  try {
    return way.endpoint.protocol === 'wss' ? openWebSocket(way) : openTls(way);
  } catch (error) {
    return new PassThrough().destroy(error instanceof Error ? error : new Error(String(error)));
  }
}

/** TLS, whatever the protocol inside. Invalid TLS options are thrown, or come as `error`. */
export function openTls(way: Way): Duplex {
  if (way.proxy) return openTlsThrough(way.proxy, way);
  const socket = connect(tlsConnectOptions(way.endpoint, way.tls));
  socket.setNoDelay(true); // each turn is one write already
  return socket;
}

/** TLS from end to end: the certificate is verified for the access point, whoever the proxy is. */
function openTlsThrough(proxy: HttpProxy, { endpoint, tls }: Way): Duplex {
  const given = new AbortController();
  const opening = openTunnel(proxy, endpoint, { signal: given.signal }).then((socket) => {
    try {
      return connect({ ...tlsConnectOptions(endpoint, tls), socket });
    } catch (error) {
      socket.destroy();
      throw error;
    }
  });
  return new LateStream(opening, () => given.abort());
}

/** MQTT over WebSocket: MQTT 5 §6. */
function openWebSocket(way: Way): Duplex {
  const { WebSocket, createWebSocketStream } = websockets();
  const { endpoint, tls, proxy } = way;
  const socket = new WebSocket(formatEndpoint(endpoint), 'mqtt', {
    ...tlsConnectOptions(endpoint, tls),
    ...(proxy && { createConnection: () => openTlsThrough(proxy, way) }),
    perMessageDeflate: false,
    maxPayload: MAX_MESSAGE,
  });
  const stream = createWebSocketStream(socket);
  socket.on('close', () => stream.destroy());
  return stream;
}
