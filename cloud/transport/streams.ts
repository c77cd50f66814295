import { type Duplex, PassThrough } from 'node:stream';
import { connect, type ConnectionOptions as TlsOptions } from 'node:tls';
import { type Endpoint, formatEndpoint } from '../protocol/endpoint';
import { tlsConnectOptions } from './tls-options';

/** Bytes of one WebSocket message, which holds any number of MQTT packets: twice the largest packet. */
const MAX_MESSAGE = 32 * 1024 * 1024;

// Loaded with the first connection that needs it.
const websockets = (): typeof import('ws') => require('ws');

/** Starts to connect to `endpoint`. Every failure comes as the event `error`, also invalid TLS options. */
export function openStream(endpoint: Endpoint, tls: TlsOptions): Duplex {
  try {
    return endpoint.protocol === 'wss' ? openWebSocket(endpoint, tls) : openTls(endpoint, tls);
  } catch (error) {
    return new PassThrough().destroy(error instanceof Error ? error : new Error(String(error)));
  }
}

function openTls(endpoint: Endpoint, tls: TlsOptions): Duplex {
  const socket = connect(tlsConnectOptions(endpoint, tls));
  socket.setNoDelay(true); // each turn is one write already
  return socket;
}

/** MQTT over WebSocket: MQTT 5 §6. */
function openWebSocket(endpoint: Endpoint, tls: TlsOptions): Duplex {
  const { WebSocket, createWebSocketStream } = websockets();
  const socket = new WebSocket(formatEndpoint(endpoint), 'mqtt', {
    ...tlsConnectOptions(endpoint, tls),
    perMessageDeflate: false,
    maxPayload: MAX_MESSAGE,
  });
  const stream = createWebSocketStream(socket);
  socket.on('close', () => stream.destroy());
  return stream;
}
