import { STATUS_CODES } from 'node:http';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { printable } from '../protocol/printable';
import { formatProxy, type HttpProxy, hostAndPort } from './proxy';
import { readProxyAnswer } from './proxy-answer';
import { ProxyError } from './proxy-error';
import { ADDRESS_TIMEOUT } from './tls-options';

/** Milliseconds that a proxy may take, from the first packet to the end of its answer. */
export const PROXY_TIMEOUT = 10_000;

/**
 * Asks `proxy` for a connection to `target` (CONNECT, RFC 9110 §9.3.6) and resolves with it, once the proxy has one. The
 * proxy looks the name up. Rejects with {@link ProxyError}. `signal` gives up.
 */
export function openTunnel(
  proxy: HttpProxy,
  target: { host: string; port: number },
  { signal, timeout = PROXY_TIMEOUT }: { signal?: AbortSignal | undefined; timeout?: number } = {},
): Promise<Socket> {
  const link = connectToProxy(proxy);
  let reached = false;
  let asked = false;
  return new Promise((done, failed) => {
    let received: Buffer = Buffer.alloc(0);
    const timer = setTimeout(() => {
      const late = reached ? 'did not answer in time' : 'cannot be reached: no answer in time';
      fail(problem(reached ? 'proxyTimeout' : 'proxyUnreachable', late));
    }, timeout);
    const giveUp = () => fail(problem('proxyUnreachable', 'was given up'));
    const problem = (trouble: ProxyError['trouble'], what: string, code?: string) =>
      new ProxyError(trouble, `the proxy ${formatProxy(proxy)} ${what}`, code);

    function settle() {
      clearTimeout(timer);
      signal?.removeEventListener('abort', giveUp);
      link.off('data', onData).off('close', onClose).off('error', onError);
      link.on('error', () => link.destroy()); // whoever has the socket then sees that it is closed
    }
    function fail(error: ProxyError) {
      settle();
      link.destroy();
      failed(error);
    }
    function ask() {
      asked = true;
      link.write(request(proxy, target));
    }
    function onError(error: Error & { code?: unknown }) {
      const code = String(error.code ?? error.name);
      const what = printable(error.message || code, 120);
      if (!reached) fail(problem('proxyUnreachable', `cannot be reached: ${what}`, code));
      else if (!asked) fail(problem('proxyTls', `is refused: ${what}`, code));
      else fail(problem('proxyAnswer', `broke the connection off: ${what}`, code));
    }
    const onClose = () =>
      fail(problem('proxyAnswer', 'closed the connection before its answer was complete'));
    function onData(chunk: Buffer) {
      received = Buffer.concat([received, chunk]);
      const answer = readProxyAnswer(received);
      if (answer === undefined) return;
      if (typeof answer === 'string') fail(problem('proxyAnswer', answer));
      else if (answer.status >= 200 && answer.status < 300) {
        link.pause();
        settle();
        done(link);
      } else fail(refusal(answer.status, problem));
    }

    link.once('connect', () => {
      reached = true;
      if (proxy.protocol === 'http') ask();
    });
    if (proxy.protocol === 'https') link.once('secureConnect', ask);
    link.on('data', onData).on('close', onClose).on('error', onError);
    signal?.addEventListener('abort', giveUp);
    if (signal?.aborted) giveUp();
  });
}

/** The certificate of the proxy is verified for its own name, by the authorities that Node.js knows. */
function connectToProxy({ protocol, host, port }: HttpProxy): Socket {
  const options = { host, port, autoSelectFamilyAttemptTimeout: ADDRESS_TIMEOUT };
  const link =
    protocol === 'http'
      ? connectTcp(options)
      : connectTls({
          ...options,
          ...(isIP(host) ? {} : { servername: host }),
          minVersion: 'TLSv1.2',
          rejectUnauthorized: true, // whatever NODE_TLS_REJECT_UNAUTHORIZED says
        });
  return link.setNoDelay(true);
}

function request({ username, password }: HttpProxy, { host, port }: { host: string; port: number }): string {
  const target = hostAndPort(host, port);
  const credentials = Buffer.from(`${username}:${password}`, 'utf8').toString('base64');
  const authorization =
    username === '' && password === '' ? '' : `Proxy-Authorization: Basic ${credentials}\r\n`;
  return `CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n${authorization}\r\n`;
}

/** The proxy's own words are not quoted: they might repeat what it was sent. */
function refusal(
  status: number,
  problem: (trouble: ProxyError['trouble'], what: string, code: string) => ProxyError,
): ProxyError {
  const code = `HTTP ${status}`;
  const said = status in STATUS_CODES ? `${code} ${STATUS_CODES[status]}` : code;
  if (status === 407) return problem('proxyCredentials', `wants other credentials: ${said}`, code);
  if (status >= 500) return problem('proxyUpstream', `cannot connect: ${said}`, code);
  return problem('proxyRefused', `refused CONNECT: ${said}`, code);
}
