import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import should from 'should';
import { readLedger } from '../../chaos/ledger';
import { prepareUserDirectory } from '../../chaos/round';
import { until } from '../../support/events';
import { type NodeRed, startNodeRed } from '../../support/node-red';
import { startProxy, type TcpProxy } from '../../support/proxy';
import { type ScriptedBroker, startScriptedBroker } from '../../support/scripted-broker';

const WAITING = 5;

describe('a queue on disk that is shared or given up', function () {
  this.timeout(90_000);
  let broker: ScriptedBroker;
  let proxy: TcpProxy;
  let first: NodeRed | undefined;
  let second: NodeRed | undefined;
  const userDir = prepareUserDirectory();
  const place = { z: 'tab', x: 0, y: 0 };
  const ledger = (name: string) => join(userDir, name);

  function start(name: string, queueStore = 'disk'): Promise<NodeRed> {
    const flows = [
      { id: 'tab', type: 'tab', label: 'Queue' },
      {
        id: 'tls',
        type: 'tls-config',
        cert: '',
        key: '',
        ca: join(userDir, 'ca.pem'),
        verifyservercert: true,
      },
      {
        id: 'project',
        type: 'eztcloud-config',
        endpoint: `mqtts://127.0.0.1:${proxy.port}`,
        tls: 'tls',
        queueStore,
      },
      { id: 'source', type: 'ledger-source', ...place, stream: 'out', rate: 20, wires: [['out']] },
      { id: 'out', type: 'ezt-attr-out', ...place, cloud: 'project', device: 'DU_1', wires: [] },
    ];
    const credentials = { project: { projectKey: 'PR_1', projectSecret: 'secret' } };
    return startNodeRed({ userDir, env: { EZT_LEDGER: ledger(name) }, flows, credentials });
  }
  const stopSource = (name: string) => writeFileSync(`${ledger(name)}.stop`, '');
  const entries = (name: string, event: string) =>
    readLedger(ledger(name)).filter((entry) => entry.event === event);
  const queue = () => {
    const root = join(userDir, 'eztcloud');
    return readdirSync(root)
      .map((project) => join(root, project, 'queue'))
      .find(existsSync);
  };
  const files = () => readdirSync(queue() ?? '').filter((file) => file.endsWith('.json')).length;
  /** What the broker has got: as the ledgers number it. */
  const got = () =>
    broker
      .packets('publish')
      .map(({ payload }) => JSON.parse(payload.toString()) as { n: number; run: number });
  const numbersOf = (name: string) => entries(name, 'offered').map(({ n, run }) => ({ n, run }));

  before(async () => {
    broker = await startScriptedBroker();
    proxy = await startProxy(broker);
    writeFileSync(join(userDir, 'ca.pem'), broker.ca);
  });
  after(async () => {
    await first?.stop('SIGKILL');
    await second?.stop('SIGKILL');
    await proxy.stop();
    await broker.stop();
  });

  it('two Node-REDs on one user directory: the second names the first, and neither loses nor doubles anything', async () => {
    await proxy.refuse(true);
    first = await start('first');
    await until(() => entries('first', 'offered').length >= WAITING, 10_000, 'messages');
    stopSource('first');
    await until(() => files() === entries('first', 'offered').length, 5000, 'the files');
    second = await start('second');
    await second.logged(new RegExp(`eztcloud-config.*process ${first.pid} on .* uses the queue`), 15_000);
    await until(() => entries('second', 'failed').length >= WAITING, 10_000, 'its messages to fail');
    stopSource('second');
    should(new Set(entries('second', 'failed').map(({ code }) => code))).deepEqual(new Set(['EZT_STORE']));
    await second.stop();
    await proxy.refuse(false);
    await until(() => files() === 0, 30_000, 'the files to go');
    should(got()).deepEqual(numbersOf('first'));
    await first.stop();
  });

  it('changed to memory, it leaves nobody’s messages behind', async () => {
    const before = got().length;
    await proxy.refuse(true);
    first = await start('disk');
    await until(() => entries('disk', 'offered').length >= WAITING, 10_000, 'messages');
    stopSource('disk');
    await until(() => files() === entries('disk', 'offered').length, 5000, 'the files');
    await first.stop();
    should(entries('disk', 'failed').map(({ reason }) => reason)).deepEqual(
      entries('disk', 'offered').map(() => 'closedKept'),
    );
    await proxy.refuse(false);
    stopSource('memory');
    first = await start('memory', 'memory');
    await until(() => queue() === undefined, 15_000, 'the queue to go');
    should(got().slice(before)).deepEqual(numbersOf('disk'));
    await first.stop();
  });
});
