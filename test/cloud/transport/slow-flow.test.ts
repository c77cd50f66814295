import should from 'should';
import { until } from '../../support/events';
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

const COUNT = 2000;
const WILDCARD = attributesOf('+');

describe('transport: a flow that is slower than messages arrive', function () {
  this.timeout(60_000);
  afterEach(closeAll);

  it('leaves what is beyond the receive maximum with the broker, and gets all in order (case 51)', async () => {
    const broker = await startScriptedBroker();
    const { client } = await openConnected(broker, { protocol: '5', keepalive: 1 });
    const window = Number(broker.packets('connect')[0]?.properties?.receiveMaximum);
    let sent = 0;
    let acknowledged = 0;
    const deliver = () => {
      for (; sent < COUNT && sent < acknowledged + window; sent += 1)
        broker.current.deliver(attributesOf(), numbered(sent));
    };
    broker.on.puback = () => {
      acknowledged += 1;
      deliver();
    };
    const ahead: number[] = [];
    const slow = recordingListener({}, () => {
      ahead.push(sent - slow.messages.length);
      for (const end = performance.now() + 2; performance.now() < end; );
    });
    client.listen(slow);
    await until(() => client.details().filters[WILDCARD] === 1, 5000, 'the filter');
    deliver();
    await until(() => acknowledged === COUNT, 40_000, 'the acknowledgements');
    should(numbers(slow)).deepEqual(Array.from({ length: COUNT }, (_, n) => n));
    should(window).equal(100);
    should(Math.max(...ahead)).equal(window - 1); // without the one that the flow has
    should([connected(client) !== undefined, broker.connections.length]).deepEqual([true, 1]);
    await closeAll();
    await broker.stop();
  });
});
