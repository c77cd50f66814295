import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Point {
  measurement: string;
  tags: Readonly<Record<string, string>>;
  fields: Readonly<Record<string, number | boolean | string>>;
  /** In the precision of the request. */
  time: number;
}

/** What stands in for InfluxDB: takes writes in line protocol as InfluxDB 2 does, and keeps the points. */
export interface Influx {
  readonly url: string;
  readonly points: readonly Point[];
  /** The writes that were refused, with the reason. */
  readonly refused: readonly string[];
  /** The query and headers of the last write. */
  readonly last: { query: Record<string, string>; authorization: string };
  stop(): Promise<void>;
}

export async function startInflux(): Promise<Influx> {
  const points: Point[] = [];
  const refused: string[] = [];
  const last = { query: {}, authorization: '' };
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const { pathname, searchParams } = new URL(request.url ?? '', 'http://influx');
      last.query = Object.fromEntries(searchParams);
      last.authorization = request.headers.authorization ?? '';
      try {
        if (request.method !== 'POST' || pathname !== '/api/v2/write') throw new Error('no such route');
        points.push(...parseLines(body));
        response.writeHead(204).end();
      } catch (error) {
        refused.push(`${error}: ${body}`);
        response.writeHead(400).end(JSON.stringify({ code: 'invalid', message: String(error) }));
      }
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    points,
    refused,
    last,
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

/** Text up to an unescaped `stops`; a backslash escapes a comma, a blank or an equals sign, and is itself otherwise. */
const BARE = /^((?:\\.|[^\\,= ])+)/;
const QUOTED = /^"((?:\\["\\]|[^"\\]|\\(?!["\\]))*)"/;

/**
 * Lines, read strictly; text in quotes may hold line ends. Throws where InfluxDB would refuse them.
 * https://docs.influxdata.com/influxdb/v2/reference/syntax/line-protocol/
 */
function parseLines(body: string): Point[] {
  let rest = body;
  const take = (pattern: RegExp): string => {
    const found = pattern.exec(rest);
    if (!found) throw new Error(`unable to parse at “${rest.slice(0, 40)}”`);
    rest = rest.slice(found[0].length);
    return found[1] ?? found[0];
  };
  const bare = () => take(BARE).replace(/\\([,= ])/g, '$1');
  const named = <T>(value: () => T): [string, T] => {
    const name = bare();
    take(/^=/);
    return [name, value()];
  };
  const value = (): number | boolean | string => {
    if (rest.startsWith('"')) return take(QUOTED).replace(/\\(["\\])/g, '$1');
    const text = take(/^[^, ]+/);
    if (/^(true|false)$/.test(text)) return text === 'true';
    if (!/^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text)) throw new Error(`invalid field value ${text}`);
    return Number(text);
  };
  const line = (): Point => {
    const measurement = bare();
    const tags: [string, string][] = [];
    while (rest.startsWith(',') && take(/^,/)) tags.push(named(bare));
    take(/^ /);
    const fields = [named(value)];
    while (rest.startsWith(',') && take(/^,/)) fields.push(named(value));
    const time = Number(take(/^ (\d+)/));
    return { measurement, tags: Object.fromEntries(tags), fields: Object.fromEntries(fields), time };
  };
  const points = [line()];
  while (rest !== '' && take(/^\n/)) points.push(line());
  return points;
}
