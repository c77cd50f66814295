import { setImmediate as nextTurn } from 'node:timers/promises';
import should from 'should';
import { until } from '../../support/events';
import { type ScriptedBroker, startScriptedBroker } from '../../support/scripted-broker';
import { close, KEY, open, openConnected, recordingListener } from './harness';

const WILDCARD = `open/${KEY}/+/attributes`;

/** What keeps the process busy, by kind and number. */
function busy(): Record<string, number> {
  const kinds: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) {
    if (/TCPSocketWrap|TLSWrap|ConnectWrap|Timeout|Immediate|GetAddrInfoReqWrap/.test(kind)) {
      kinds[kind] = (kinds[kind] ?? 0) + 1;
    }
  }
  return kinds;
}
/** What there is more of than `before`. There may be less: what other tests have left goes meanwhile. */
const more = (before: Record<string, number>) =>
  Object.entries(busy()).filter(([kind, count]) => count > (before[kind] ?? 0));
const listeners = () => process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0);

for (const transport of ['mqtts', 'wss'] as const) {
  describe(`transport: what is left, ${transport}`, function () {
    this.timeout(60_000);
    let broker: ScriptedBroker;
    before(async () => {
      broker = await startScriptedBroker({ transport });
    });
    after(() => broker.stop());

    it('nothing after 100 times opened and closed (case 45)', async () => {
      const warnings: Error[] = [];
      const warned = (warning: Error) => warnings.push(warning);
      process.on('warning', warned);
      await nextTurn(); // mocha's own timer runs from here on
      const idle = busy();
      await close((await openConnected(broker)).client); // mqtt.js is loaded with the first
      // Its socket at this end, too: seen too early it would count for what was there before.
      await until(() => should(more(idle)).eql([]), 10_000, 'the first connection to be over');
      const before = { busy: idle, listeners: listeners() };
      for (let n = 0; n < 100; n += 1) {
        const { client } = n % 3 === 0 ? open(broker) : await openConnected(broker, { clean: n % 2 === 0 });
        client.listen(recordingListener());
        if (n % 3 === 1) await until(() => client.details().filters[WILDCARD] === 1, 2000, 'the filter');
        if (n % 5 === 0) client.pause();
        await close(client, n % 4 === 0);
      }
      await until(() => broker.sockets.open === 0, 2000, 'the sockets to close');
      await until(() => should(more(before.busy)).eql([]), 2000, 'nothing to be left');
      listeners().should.equal(before.listeners);
      process.off('warning', warned);
      warnings.should.be.empty();
    });

    it('nothing of 100 connections that broke, while one lives on (case 45)', async () => {
      const { client } = await openConnected(broker, { retryDelay: () => 0 });
      client.listen(recordingListener());
      const before = { listeners: listeners(), total: broker.sockets.total };
      for (let n = 0; n < 100; n += 1) {
        await until(
          () => client.details().filters[WILDCARD] === 1 && broker.sockets.open === 1,
          2000,
          'the filter',
        );
        const { connections } = client.counters;
        broker.current.destroy();
        await until(() => client.counters.connections > connections, 2000, 'the next connection');
      }
      (broker.sockets.total - before.total).should.equal(100);
      listeners().should.equal(before.listeners);
      await until(() => broker.sockets.open === 1, 2000, 'one socket');
      await close(client);
      await until(() => broker.sockets.open === 0, 2000, 'no socket');
    });
  });
}
