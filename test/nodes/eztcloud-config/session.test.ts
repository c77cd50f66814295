import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import mqtt from 'mqtt';
import should from 'should';
import { readLedger } from '../../chaos/ledger';
import { prepareUserDirectory } from '../../chaos/round';
import { type SuiteBroker, startBroker } from '../../support/broker';
import { event, until } from '../../support/events';
import type { Flow } from '../../support/flows';
import { needs } from '../../support/machine';
import { type NodeRed, projectDirectory, startNodeRed } from '../../support/node-red';

describe('a persistent session over restarts of Node-RED', function () {
  needs(this, 'broker');
  this.timeout(90_000);
  let broker: SuiteBroker;
  let red: NodeRed;
  let other: NodeRed | undefined;
  const userDir = prepareUserDirectory();
  const caFile = join(userDir, 'ca.pem');
  const files = projectDirectory(userDir, 'project');

  const flow = (...types: string[]): Flow => [
    { id: 'tab', type: 'tab', label: 'Session' },
    { id: 'tls', type: 'tls-config', cert: '', key: '', ca: caFile, verifyservercert: true },
    {
      id: 'project',
      type: 'eztcloud-config',
      endpoint: broker.endpoint,
      tls: 'tls',
      session: 'persistent',
      queueStore: 'disk',
    },
    { id: 'in', type: 'ezt-in', z: 'tab', x: 0, y: 0, cloud: 'project', types, wires: [['received']] },
    { id: 'received', type: 'ledger-sink', z: 'tab', x: 0, y: 0, event: 'in', wires: [] },
    { id: 'source', type: 'ledger-source', z: 'tab', x: 0, y: 0, stream: 'out', rate: 1, wires: [['out']] },
    { id: 'out', type: 'ezt-attr-out', z: 'tab', x: 0, y: 0, cloud: 'project', device: 'DU_1', wires: [] },
  ];
  function start(directory: string, ...types: string[]): Promise<NodeRed> {
    const credentials = { project: { projectKey: broker.key, projectSecret: broker.secret } };
    const env = { EZT_LEDGER: join(directory, 'ledger') };
    return startNodeRed({ userDir: directory, env, flows: flow(...types), credentials });
  }
  async function statusOf({ request }: NodeRed): Promise<{ clientId: string; state: { is: string } }> {
    const response = await request('/eztcloud/project/status');
    return (await response.json()) as { clientId: string; state: { is: string } };
  }
  const connected = (of: NodeRed) =>
    until(async () => (await statusOf(of)).state.is === 'connected', 10_000, 'the connection');
  const got = () =>
    readLedger(join(userDir, 'ledger')).flatMap((entry) => (entry.event === 'in' ? [entry.n] : []));
  async function report(channel: string, n: number): Promise<void> {
    const platform = await broker.platform();
    await platform.publishAsync(`open/${broker.key}/DU_1/${channel}`, JSON.stringify({ n, alerting: true }), {
      qos: 1,
    });
  }

  let clientId = '';
  before(async () => {
    broker = await startBroker({ persistence: true });
    writeFileSync(caFile, broker.ca);
    red = await start(userDir, 'attributes', 'alarm');
    await connected(red);
    ({ clientId } = await statusOf(red));
  });
  after(async () => {
    await red?.stop('SIGKILL');
    await other?.stop('SIGKILL');
    await broker?.stop();
  });

  it('has the same client id, and what came meanwhile', async () => {
    await red.stop();
    await report('attributes', 1);
    await broker.own?.restart(); // another broker stays as it is
    await report('alarm', 2);
    red = await start(userDir, 'attributes', 'alarm');
    await until(() => got().length === 2, 10_000, 'the messages');
    should(got()).deepEqual([1, 2]);
    (await statusOf(red)).clientId.should.equal(clientId);
    clientId.should.match(/^nr_[0-9a-f]{20}$/);
  });

  it('has another client id in another user directory, also with the same flows', async () => {
    const second = prepareUserDirectory();
    writeFileSync(join(second, 'eztcloud'), 'a file where a directory should be');
    other = await start(second, 'attributes');
    await connected(other);
    (await statusOf(other)).clientId.should.not.equal(clientId);
    (await statusOf(red)).state.is.should.equal('connected');
  });

  it('a directory that cannot be used is named in the log, and everything but the queue works', async () => {
    const running = other;
    if (!running) throw new Error('The test before has failed');
    await running.logged(/eztcloud-config.*(ENOTDIR|EEXIST)/);
    await running.logged(/ezt-attr-out.*The queue on disk cannot be written/);
    running.running.should.be.true();
    await running.stop();
  });

  it('a filter that is removed while Node-RED is away is unsubscribed when it is back', async () => {
    await red.stop();
    const held = JSON.parse(readFileSync(join(files, 'session.json'), 'utf8'));
    should(held.filters.sort()).deepEqual([`open/${broker.key}/+/alarm`, `open/${broker.key}/+/attributes`]);
    const { own } = broker; // whose log shows the UNSUBSCRIBE
    const before = own?.log.length ?? 0;
    red = await start(userDir, 'alarm');
    const unsubscribed = new RegExp(`: ${clientId} open/${broker.key}/\\+/attributes$`);
    const told = () => own?.log.slice(before).some((line) => unsubscribed.test(line));
    if (own) await until(told, 10_000, 'UNSUBSCRIBE');
    else await connected(red);
    await report('attributes', 3);
    await report('alarm', 4);
    await until(() => got().includes(4), 5000, 'the alarm');
    got().should.not.containEql(3);
  });

  it('survives SIGKILL, with a session file that somebody has torn', async () => {
    await red.stop('SIGKILL');
    writeFileSync(join(files, 'session.json'), '{"clientId":');
    await report('alarm', 5);
    red = await start(userDir, 'alarm');
    await until(() => got().includes(5), 10_000, 'the alarm');
  });

  it('ends when the config node is deleted, and its files with it (case 47)', async () => {
    existsSync(files).should.be.true();
    await red.deploy(flow('alarm').slice(0, 2));
    await until(() => !existsSync(files), 5000, 'the files to go');
    await until(() => !broker.own?.clients.has(clientId), 5000, 'the end of the connection');
    should(await sessionPresent()).be.false();
  });

  it('ends also when no node has used it since the last deploy (case 47)', async () => {
    const credentials = { projectKey: broker.key, projectSecret: broker.secret };
    const used = flow('alarm').map((node) => (node.id === 'project' ? { ...node, credentials } : node));
    await red.deploy(used);
    await connected(red);
    await until(() => existsSync(files), 5000, 'the files');
    await red.deploy(used.slice(0, 3));
    await until(() => !broker.own?.clients.has(clientId), 5000, 'the end of the connection');
    should(await sessionPresent()).be.true();
    await red.deploy(used.slice(0, 2));
    await until(() => !existsSync(files), 5000, 'the files to go');
    should(await sessionPresent()).be.false();
  });

  /** Whether the broker has the session; it has one after this. */
  async function sessionPresent(): Promise<boolean> {
    const { key: username, secret: password, ca } = broker;
    const heir = mqtt.connect(broker.endpoint, {
      username,
      password,
      ca,
      clientId,
      clean: false,
      protocolVersion: 5,
      properties: { sessionExpiryInterval: 600 },
    });
    const [connack] = await event(heir, 'connect', 5000);
    await heir.endAsync(true);
    return (connack as { sessionPresent: boolean }).sessionPresent;
  }
});
