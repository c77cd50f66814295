import { createServer, type Socket } from 'node:net';
import should from 'should';
import { until } from '../../support/events';
import { admin, loadFlow, unload } from '../../support/flows';
import { freePort } from '../../support/ports';
import { project, tab } from '../../support/project';
import { startProxy } from '../../support/proxy';
import { type ScriptedBroker, startScriptedBroker } from '../../support/scripted-broker';

describe('test of a connection: requests', () => {
  let broker: ScriptedBroker;
  beforeEach(async () => {
    broker = await startScriptedBroker();
    await loadFlow([...tab(), ...project(broker)], { credentials: { tls: { cadata: broker.ca } } });
  });
  afterEach(async () => {
    await unload();
    await broker.stop();
  });

  const dialog = (values: object = {}) => ({
    id: 'cloud',
    endpoint: broker.endpoint,
    tls: 'tls',
    projectKey: 'PR_1',
    projectSecret: 'typed',
    ...values,
  });
  const test = (values: object) => admin('/eztcloud/test', values);

  it('one at a time, 429', async () => {
    const proxy = await startProxy({ port: broker.port });
    proxy.blackhole(true);
    const first = test(dialog({ endpoint: `127.0.0.1:${proxy.port}` }));
    await until(() => proxy.total === 1, 5000, 'the first test to begin');
    should((await test(dialog())).status).equal(429);
    await proxy.stop();
    should((await first).status).equal(200);
    should((await test(dialog())).status).equal(200);
  });

  it('one whose dialog was closed ends, and the next begins at once', async () => {
    const sockets: Socket[] = [];
    const silent = createServer((socket) => sockets.push(socket.resume()));
    const port = await freePort();
    await new Promise<void>((resolve) => silent.listen(port, '127.0.0.1', resolve));
    const closed = new AbortController();
    const values = dialog({ endpoint: `127.0.0.1:${port}` });
    const given = admin('/eztcloud/test', values, { signal: closed.signal });
    await until(() => sockets.length === 1, 5000, 'the test to begin');
    closed.abort();
    await should(given).be.rejectedWith({ name: 'AbortError' });
    await until(async () => (await test(dialog())).status === 200, 2000, 'the next test to be taken');
    await until(() => sockets[0]?.closed, 2000, 'the socket of the first test to close');
    await new Promise((resolve) => silent.close(resolve));
  });

  it('415 for what any page may post', async () => {
    const before = broker.sockets.total;
    const form = new URLSearchParams({ id: 'cloud', endpoint: broker.endpoint, projectKey: 'PR_1' });
    form.set('projectSecret', 'typed');
    for (const type of [
      'application/x-www-form-urlencoded',
      'text/plain',
      'multipart/form-data; boundary=x',
    ]) {
      const headers = { 'content-type': type };
      const body = type.includes('urlencoded') ? String(form) : JSON.stringify(Object.fromEntries(form));
      should((await admin('/eztcloud/test', {}, { headers, body })).status).equal(415, type);
    }
    broker.sockets.total.should.equal(before);
  });

  it('thirty in a minute, then 429', async () => {
    const statuses = new Set<number>();
    const endpoint = `127.0.0.1:${await freePort()}`;
    for (let i = 0; i < 31; i += 1) {
      statuses.add((await test(dialog({ endpoint }))).status);
    }
    should([...statuses]).deepEqual([200, 429]);
  });
});
