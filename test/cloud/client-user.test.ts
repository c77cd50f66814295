import should from 'should';
import { until } from '../support/events';
import { type ScriptedBroker, startScriptedBroker } from '../support/scripted-broker';
import { rejection } from './send/settling';
import { closeAll, DEVICE, openConnected } from './transport/harness';

const payload = Buffer.from('{"a":1}');

describe('client: its users', () => {
  let broker: ScriptedBroker;
  beforeEach(async () => {
    broker = await startScriptedBroker();
    broker.on.publish = () => undefined;
  });
  afterEach(async () => {
    await closeAll();
    await broker.stop();
  });

  it('count what they have pending apart, and all of it is in the details', async () => {
    const { client } = await openConnected(broker);
    const [one, two] = [client.user(), client.user()];
    for (const user of [one, one, two]) void rejection(user.push([DEVICE], payload, 1));
    should([one.pending(), two.pending()]).deepEqual([
      { queued: 2, commands: 0, held: 0 },
      { queued: 1, commands: 0, held: 0 },
    ]);
    client.details().queued.should.equal(3);
  });

  it('close for themselves: the others go on', async () => {
    const { client } = await openConnected(broker);
    const [leaving, staying] = [client.user(), client.user()];
    const closed = rejection(leaving.push([DEVICE], payload, 1));
    const sent = staying.push([DEVICE], payload, 1);
    const { messageId = 0 } = await broker.packet('publish', 2);
    await leaving.close(10);
    (await closed).code.should.equal('EZT_CLOSED');
    broker.current.send({ cmd: 'puback', messageId });
    await sent;
  });

  it('closing waits for acknowledgements that come in time', async () => {
    const { client } = await openConnected(broker);
    const user = client.user();
    const sent = user.push([DEVICE], payload, 1);
    const { messageId = 0 } = await broker.packet('publish');
    const closing = user.close(5_000);
    broker.current.send({ cmd: 'puback', messageId });
    await Promise.all([sent, closing]);
    await until(() => client.counters.acknowledged === 1, 1000, 'the count');
  });
});
