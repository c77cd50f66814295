import should from 'should';
import { until } from '../../support/events';
import { needs } from '../../support/machine';
import { startMosquitto } from '../../support/mosquitto';
import { startScriptedBroker } from '../../support/scripted-broker';
import {
  attributesOf,
  closeAll,
  connected,
  numbered,
  numbers,
  openConnected,
  recordingListener,
} from './harness';

const LIMIT = 16 * 1024 * 1024;
const WILDCARD = attributesOf('+');

describe('transport: packets that are too large for us', function () {
  this.timeout(60_000);
  afterEach(closeAll);

  it('are not sent by a broker that knows the limit; the next message arrives (case 23)', async function () {
    needs(this, 'own-broker');
    const broker = await startMosquitto();
    const { client } = await openConnected(broker, { protocol: '5' });
    const all = recordingListener();
    client.listen(all);
    await until(() => client.details().filters[WILDCARD] === 1, 5000, 'the filter');
    const platform = await broker.platform();
    const filler = 'x'.repeat(LIMIT);
    await platform.publishAsync(attributesOf(), JSON.stringify({ n: 1, filler }), { qos: 1 });
    await platform.publishAsync(attributesOf(), numbered(2), { qos: 1 });
    await until(() => all.messages.length > 0, 10_000, 'the next message');
    should([numbers(all), client.counters.connections]).deepEqual([[2], 1]);
    await closeAll();
    await broker.stop();
  });

  it('end the connection to a broker that sends them all the same (case 23)', async () => {
    const broker = await startScriptedBroker();
    const { client, states } = await openConnected(broker, { protocol: '5' });
    const connect = broker.packets('connect')[0];
    should(connect?.properties).containEql({ maximumPacketSize: LIMIT, receiveMaximum: 100 });
    const all = recordingListener();
    client.listen(all);
    await until(() => client.details().filters[WILDCARD] === 1, 5000, 'the filter');
    broker.current.deliver(attributesOf(), Buffer.alloc(LIMIT, 32));
    await until(() => broker.connections.length === 2 && connected(client), 20_000, 'the next connection');
    should(all.messages).be.empty();
    should(states.find((state) => state.is === 'waiting'))
      .have.propertyByPath('refusal', 'detail')
      .match(/too large/);
    await closeAll();
    await broker.stop();
  });
});
