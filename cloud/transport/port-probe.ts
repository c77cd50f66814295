import { connect as connectTcp } from 'node:net';
import { type Duplex, PassThrough } from 'node:stream';
import { openTunnel } from './proxy-tunnel';
import type { Way } from './streams';
import { tlsConnectOptions } from './tls-options';

/** Milliseconds. */
const ANSWER_TIMEOUT = 3_000;
/** CONNECT of MQTT 3.1.1 without a client id, user name or password: the answer is a CONNACK, of whatever code. */
export const MQTT_QUESTION = Buffer.from('100c00044d5154540402001e0000', 'hex');
const CONNACK = 0x20;

export const isConnack = (bytes: Buffer): boolean => bytes[0] === CONNACK;

/** Writes `question` to the stream that `open` gives: whether the first bytes that come back are an `isAnswer`. Never rejects. */
export function probe(
  open: () => Duplex,
  question: string | Buffer,
  isAnswer: (bytes: Buffer) => boolean,
  signal: AbortSignal,
): Promise<boolean> {
  return new Promise((resolve) => {
    let answered = false;
    const stream = opened(open);
    const end = () => stream.destroy();
    const timer = setTimeout(end, ANSWER_TIMEOUT);
    signal.addEventListener('abort', end);
    stream.on('error', end).once('close', () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve(answered);
    });
    stream.once('data', (bytes: Buffer) => {
      answered = isAnswer(bytes);
      end();
    });
    if (signal.aborted) end();
    else stream.write(question);
  });
}

/** Whether the port answers MQTT without TLS. Nothing secret is sent. */
export async function speaksPlain({ endpoint, tls, proxy }: Way, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return false;
  if (!proxy)
    return probe(() => connectTcp(tlsConnectOptions(endpoint, tls)), MQTT_QUESTION, isConnack, signal);
  const socket = await openTunnel(proxy, endpoint, { signal, timeout: ANSWER_TIMEOUT }).catch(
    () => undefined,
  );
  return socket !== undefined && probe(() => socket, MQTT_QUESTION, isConnack, signal);
}

/** Invalid TLS options are thrown. */
function opened(open: () => Duplex): Duplex {
  try {
    return open();
  } catch {
    return new PassThrough().destroy();
  }
}
