import should from 'should';
import { type Comms, listen } from '../../support/comms';
import { until } from '../../support/events';
import type { Flow } from '../../support/flows';
import { type NodeRed, startNodeRed } from '../../support/node-red';
import { place, project } from '../../support/project';
import { type ScriptedBroker, startScriptedBroker } from '../../support/scripted-broker';

describe('ezt-watch over a restart of Node-RED', function () {
  this.timeout(120_000);
  let broker: ScriptedBroker;
  let red: NodeRed | undefined;
  before(async () => {
    broker = await startScriptedBroker();
  });
  afterEach(async () => {
    await red?.stop();
    red = undefined;
  });
  after(() => broker.stop());

  const device = (suffix: string, payload: object) =>
    broker.current.deliver(`open/PR_1/${suffix}`, JSON.stringify(payload));
  const watch = (id: string, properties: Flow[number]): Flow => [
    { id, type: 'ezt-watch', ...place, cloud: 'cloud', wires: [[`${id}.1`], [`${id}.2`]], ...properties },
    ...[1, 2].map((output) => ({
      id: `${id}.${output}`,
      type: 'debug',
      ...place,
      active: true,
      tosidebar: true,
      complete: 'true',
      targetType: 'full',
      wires: [],
    })),
  ];
  const flows = (): Flow => [
    { id: 'tab', type: 'tab', label: 'Test' },
    ...project(broker),
    ...watch('silent', { devices: ['DU_1', 'DU_2', 'DU_3'], after: 2 }),
    ...watch('warm', { mode: 'threshold', attribute: 't', op: 'gt', value: 30, for: 2 }),
    ...watch('alarm', { mode: 'alarm' }),
  ];

  interface Told {
    device: string;
    timestamp: number;
    payload: Record<string, unknown>;
  }
  /** What the debug node has shown. */
  const told = (comms: Comms, id: string): Told[] =>
    comms.messages.filter((message) => message.id === id).map(({ msg }) => JSON.parse(msg) as Told);
  const listening = () => until(() => broker.current.subscriptions.size >= 3, 20_000, 'the subscriptions');

  it('tells again of nothing, and once of what became due meanwhile, with the true times', async () => {
    const credentials = {
      cloud: { projectKey: 'PR_1', projectSecret: 'secret' },
      tls: { cadata: broker.ca },
    };
    red = await startNodeRed({ flows: flows(), credentials });
    const { userDir } = red;
    let comms = await listen(red.url);
    await listening();
    // DU_1 is silent before the restart, DU_2 falls silent during it, DU_3 is heard right after it.
    device('DU_1/alarm', { alerting: true });
    await until(() => told(comms, 'silent.1').length === 3, 10_000, 'three silent devices');
    for (const name of ['DU_2', 'DU_3']) device(`${name}/attributes`, { t: 31 });
    await until(() => told(comms, 'silent.2').length === 2, 5_000, 'two that are heard');
    const heardAt = told(comms, 'silent.2').find((each) => each.device === 'DU_2')?.payload
      .lastSeen as number;
    should(told(comms, 'alarm.1').length).equal(1);
    should(told(comms, 'warm.1')).eql([]);
    comms.close();
    await red.stop();
    await until(() => Date.now() > heardAt + 2_500, 10_000, 'what is due');

    // As a broker does that has kept messages: they come at once.
    broker.on.subscribe = (packet, connection) => {
      connection.answer(packet);
      device('DU_1/alarm', { alerting: true });
      device('DU_3/attributes', { t: 5 });
    };
    let connect: (() => void) | undefined;
    broker.on.connect = (packet, connection) => {
      connect = () => connection.answer(packet);
    };
    const restartedAt = Date.now();
    red = await startNodeRed({ userDir });
    comms = await listen(red.url);
    (await until(() => connect, 10_000, 'the connection'))();
    await until(() => told(comms, 'warm.1').length > 0, 10_000, 'the threshold');
    await until(() => told(comms, 'silent.1').length > 0, 10_000, 'the silence');
    const [silent] = told(comms, 'silent.1');
    should(silent).containDeep({ device: 'DU_2', payload: { silent: true, lastSeen: heardAt } });
    should(silent?.timestamp).be.within(heardAt + 1_990, restartedAt);
    should(silent?.payload.silentFor).be.above(2_500);
    const warm = told(comms, 'warm.1');
    should(warm.map(({ device, payload }) => [device, payload.value])).deepEqual([['DU_2', 31]]);
    should(warm[0]?.timestamp).be.within(heardAt + 1_980, restartedAt);
    device('DU_1/alarm', { alerting: false });
    device('DU_2/attributes', { t: 5 });
    device('DU_1/attributes', { t: 5 });
    await until(() => told(comms, 'silent.2').length === 2, 5_000, 'two that are heard again');
    should(told(comms, 'silent.1').filter((each) => each.device === 'DU_1')).eql([]);
    should(told(comms, 'alarm.1')).eql([]);
    should(told(comms, 'alarm.2').length).equal(1);
    should(told(comms, 'warm.2').map((each) => each.device)).eql(['DU_2']);
    comms.close();
  });
});
