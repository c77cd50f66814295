import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type LookupFunction } from 'node:net';
import should from 'should';
import { parseEndpoint, testConnection } from '../../../cloud';
import { killAtEnd } from '../../support/cleanup';
import { until } from '../../support/events';
import { needs } from '../../support/machine';
import { type ScriptedBroker, startScriptedBroker } from '../../support/scripted-broker';
import { closeAll, connected, KEY, open } from './harness';

/** Listens on 127.0.0.1 with a queue for two connections, and pipes what it accepts to a port. */
const RELAY = `
const { connect, createServer } = require('node:net');
const server = createServer((socket) => {
  const upstream = connect({ port: Number(process.argv[1]), host: '127.0.0.1' });
  socket.pipe(upstream).pipe(socket);
  for (const one of [socket, upstream]) one.on('error', () => one.destroy());
});
server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => console.log(server.address().port));
`;

/** A relay to `port` that takes no more connections until `wake`: their SYN is lost, and sent again after a second. */
async function startSlowRelay(port: number) {
  const relay = killAtEnd(
    spawn(process.execPath, ['-e', RELAY, String(port)], { stdio: ['ignore', 'pipe', 'inherit'] }),
  );
  const [line] = await once(relay.stdout, 'data');
  const at = Number(String(line));
  relay.kill('SIGSTOP');
  const fillers = [1, 2, 3].map(() => connect({ port: at, host: '127.0.0.1' }).on('error', () => undefined));
  await until(() => fillers.filter(({ pending }) => !pending).length >= 2, 5000, 'the queue to be full');
  return {
    port: at,
    wake: () => relay.kill('SIGCONT'),
    stop() {
      for (const filler of fillers) filler.destroy();
      relay.kill('SIGKILL');
    },
  };
}

describe('transport: a host with several addresses', function () {
  // How a full queue of connections behaves is up to the system.
  needs(this, 'linux');
  let broker: ScriptedBroker;
  let relay: Awaited<ReturnType<typeof startSlowRelay>>;
  afterEach(async () => {
    await closeAll();
    relay.stop();
    await broker.stop();
  });

  for (const transport of ['mqtts', 'wss'] as const) {
    it(`${transport}: the first is slow, the second refuses: client and test wait for the first`, async () => {
      broker = await startScriptedBroker({ transport });
      relay = await startSlowRelay(broker.port);
      let asked = 0;
      const lookup: LookupFunction = (_host, _options, found) => {
        asked += 1;
        // By the next turn the first SYN is lost.
        setImmediate(() => setTimeout(() => asked === 2 && relay.wake()));
        found(null, [
          { address: '127.0.0.1', family: 4 },
          { address: '127.0.0.2', family: 4 },
        ]);
      };
      const endpoint = `${transport}://localhost:${relay.port}`;
      const tls = { ca: broker.ca, lookup };
      const { client, retries } = open({ endpoint, ca: broker.ca }, { tls });
      const steps = await testConnection({
        endpoint: parseEndpoint(endpoint),
        projectKey: KEY,
        projectSecret: 'secret',
        tls,
        protocol: 'auto',
        group: '',
        clientId: 'connection-test',
        timeout: 15_000,
      });
      should(steps.map(({ ok }) => ok)).deepEqual([true, true, true, true, true]);
      await until(() => connected(client), 15_000, 'the connection');
      retries.should.be.empty();
    });
  }
});
