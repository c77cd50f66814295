import should from 'should';
import type { Emulator } from '../../../emulator/emulator';
import { startFastEmulator } from '../../support/emulator';
import { until } from '../../support/events';
import { closeAll, openConnected, recordingListener } from './harness';

describe('transport: a broker with max_qos_allowed = 1, as EMQX has it', () => {
  let emulator: Emulator;
  before(async () => {
    emulator = await startFastEmulator({ builtIn: false, broker: { maxQos: 1 } });
  });
  afterEach(closeAll);
  after(() => emulator.stop());
  const broker = () => ({
    endpoint: emulator.endpoint,
    ca: emulator.ca,
    key: emulator.projectKey,
    secret: emulator.projectSecret,
  });

  it('gets no PUBLISH of QoS 2: we refuse it by ourselves (0x9B), and stay connected', async () => {
    const { client } = await openConnected(broker(), { protocol: '5' });
    const refusal: unknown = await client
      .user()
      .push(['DU_1'], Buffer.from('{"a":1}'), 2)
      .catch((error: unknown) => error);
    should(refusal).have.propertyByPath('params', 'code').equal('0x9B');
    await client.user().push(['DU_1'], Buffer.from('{"a":1}'), 1);
    should(client.counters.connections).equal(1);
  });

  it('grants QoS 1 to a filter of QoS 2', async () => {
    const { client } = await openConnected(broker(), { protocol: '5' });
    client.listen(recordingListener({ qos: 2 }));
    await until(() => Object.values(client.details().filters)[0] === 1, 5000, 'the filter');
  });
});
