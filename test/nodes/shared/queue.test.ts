import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import should from 'should';
import { readLedger } from '../../chaos/ledger';
import { prepareUserDirectory } from '../../chaos/round';
import { until } from '../../support/events';
import type { Flow } from '../../support/flows';
import { type NodeRed, projectDirectory, startNodeRed } from '../../support/node-red';
import { startProxy, type TcpProxy } from '../../support/proxy';
import { type ScriptedBroker, startScriptedBroker } from '../../support/scripted-broker';

const WAITING = 5;
const RATE = 4;

describe('a queue on disk over restarts of Node-RED', function () {
  this.timeout(90_000);
  let broker: ScriptedBroker;
  let proxy: TcpProxy;
  let red: NodeRed | undefined;
  const userDir = prepareUserDirectory();
  const ledger = join(userDir, 'ledger');
  const queue = join(projectDirectory(userDir, 'project'), 'queue');
  const place = { z: 'tab', x: 0, y: 0 };

  const flow = (queueExpiry: number): Flow => [
    { id: 'tab', type: 'tab', label: 'Queue' },
    { id: 'tls', type: 'tls-config', cert: '', key: '', ca: join(userDir, 'ca.pem'), verifyservercert: true },
    {
      id: 'project',
      type: 'eztcloud-config',
      endpoint: `mqtts://127.0.0.1:${proxy.port}`,
      tls: 'tls',
      queueStore: 'disk',
      queueExpiry,
      rateLimit: RATE,
    },
    { id: 'source', type: 'ledger-source', ...place, stream: 'out', rate: 20, wires: [['out']] },
    { id: 'out', type: 'ezt-attr-out', ...place, cloud: 'project', device: 'DU_1', wires: [] },
  ];
  async function start(queueExpiry = 60): Promise<NodeRed> {
    const credentials = { project: { projectKey: 'PR_1', projectSecret: 'secret' } };
    red = await startNodeRed({ userDir, env: { EZT_LEDGER: ledger }, flows: flow(queueExpiry), credentials });
    return red;
  }
  const files = () => readdirSync(queue).filter((name) => name.endsWith('.json'));
  const offered = () => readLedger(ledger).filter(({ event }) => event === 'offered');
  /** What the broker has got: as the ledger numbers it. */
  const got = () =>
    broker
      .packets('publish')
      .map(({ payload }) => JSON.parse(payload.toString()) as { n: number; run: number });

  before(async () => {
    broker = await startScriptedBroker();
    proxy = await startProxy(broker);
    writeFileSync(join(userDir, 'ca.pem'), broker.ca);
  });
  after(async () => {
    await red?.stop('SIGKILL');
    await proxy.stop();
    await broker.stop();
  });

  it('what waited when Node-RED was killed is sent after the restart, in order, within the rate', async () => {
    await proxy.refuse(true);
    const killed = await start();
    await until(() => offered().length >= WAITING, 10_000, 'messages');
    writeFileSync(`${ledger}.stop`, '');
    const count = await until(
      () => files().length > 0 && files().length === offered().length && files().length,
      5000,
      'the files',
    );
    await killed.stop('SIGKILL');
    should(files().length).equal(count);
    // Neither a torn file nor one that is not ours keeps Node-RED from starting, and the rest from being sent.
    writeFileSync(join(queue, '01700000000000000.json'), '{"topic":"open/PR_1/DU_1/attr');
    writeFileSync(join(queue, '01700000000000001.json'), '');
    await proxy.refuse(false);
    const begun = performance.now();
    const again = await start();
    await again.logged(/cannot be read and is set aside: 01700000000000000\.json/);
    await until(() => got().length === count, 30_000, 'the messages');
    should(performance.now() - begun).be.aboveOrEqual(((count - 1) * 1000) / RATE - 50);
    should(got()).deepEqual(offered().map(({ n, run }) => ({ n, run })));
    await until(() => files().length === 0, 5000, 'the files to go');
    await again.stop();
  });

  it('what has expired meanwhile is not sent, and that is reported', async () => {
    const before = got().length;
    await proxy.refuse(true);
    const killed = await start(1);
    rmSync(`${ledger}.stop`);
    await until(() => files().length >= WAITING, 10_000, 'the files');
    await killed.stop('SIGKILL');
    const waiting = files().length;
    writeFileSync(`${ledger}.stop`, '');
    const expired = Date.now() + 1000;
    await until(() => Date.now() > expired, 2000, 'their expiry');
    await proxy.refuse(false);
    const again = await start(1);
    await again.logged(new RegExp(`${waiting} queued messages expired`));
    await until(() => files().length === 0, 5000, 'the files to go');
    await until(() => broker.packets('connect').length === 2, 10_000, 'the connection');
    await again.stop();
    should(got().length).equal(before);
  });
});
