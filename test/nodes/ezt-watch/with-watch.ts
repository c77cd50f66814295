import { until } from '../../support/events';
import { type Flow, loadFlow, nodeOf, unload } from '../../support/flows';
import { place, project, ready, type Seen, tab } from '../../support/project';
import { type ScriptedBroker, startScriptedBroker } from '../../support/scripted-broker';

export const KEY = 'PR_1';
export const ALIASES = {
  DU_1: { name: 'pump 1', tags: ['pumps'] },
  DU_2: { name: 'pump 2', tags: ['pumps'] },
};

/** A message of the watch, with the number of the output that it left by. */
export type Told = Seen & { output: number };

/** A broker that does what a test says, and a flow with the node `watch`, a Catch and a Complete node. */
export function withWatch() {
  let broker: ScriptedBroker;
  let told: Told[] = [];
  let errors: Seen[] = [];
  let completed: Seen[] = [];
  before(async () => {
    broker = await startScriptedBroker();
  });
  after(() => broker.stop());
  afterEach(async () => {
    for (const name of Object.keys(broker.on)) Reflect.deleteProperty(broker.on, name);
    await unload();
  });

  const credentials = () => ({
    cloud: { projectKey: KEY, projectSecret: 'secret' },
    tls: { cadata: broker.ca },
  });

  function flow(properties: Record<string, unknown>, config: Record<string, unknown> = {}): Flow {
    const wires = [['begun'], ['over']];
    return [
      ...tab('watch'),
      ...project(broker, { aliases: ALIASES, ...config }),
      { id: 'watch', type: 'ezt-watch', ...place, cloud: 'cloud', wires, ...properties },
      { id: 'begun', type: 'helper', ...place, wires: [] },
      { id: 'over', type: 'helper', ...place, wires: [] },
    ];
  }

  /** To be called again after a deploy that has replaced the helper nodes. */
  function listen() {
    for (const [id, output] of [
      ['begun', 1],
      ['over', 2],
    ] as const)
      nodeOf(id).on('input', (message) => told.push({ ...(message as Seen), output }));
    nodeOf('errors').on('input', (message) => errors.push(message as Seen));
    nodeOf('completed').on('input', (message) => completed.push(message as Seen));
  }

  return {
    flow,
    listen,
    get broker() {
      return broker;
    },
    get told() {
      return told;
    },
    get errors() {
      return errors;
    },
    get completed() {
      return completed;
    },
    async start(properties: Record<string, unknown>, config?: Record<string, unknown>) {
      told = [];
      errors = [];
      completed = [];
      await loadFlow(flow(properties, config), { credentials: credentials() });
      listen();
      await ready('watch');
    },
    device(suffix: string, payload: unknown, options: { retain?: boolean } = {}) {
      broker.current.deliver(`open/${KEY}/${suffix}`, JSON.stringify(payload), options);
    },
    /** Waits for as many messages in all, and gives them as `<output> <device>`. */
    async brief(count: number, timeout = 5_000) {
      await until(() => told.length >= count, timeout, `${count} messages, not ${JSON.stringify(told)}`);
      return told.map(({ output, device }) => `${output} ${device}`);
    },
    /** Waits until this connection has acknowledged so many messages. */
    acknowledged(count: number) {
      const { number } = broker.current;
      return until(
        () => broker.packets('puback', number).length >= count,
        2_000,
        `${count} messages to arrive`,
      );
    },
    /** Disconnects, and refuses two attempts, and all more until `back`. */
    async leave() {
      broker.on.connect = (_packet, connection) => connection.connack(0x88);
      const { length } = broker.packets('connect');
      broker.current.stream.destroy();
      await until(() => broker.packets('connect').length >= length + 2, 15_000, 'two attempts');
    },
    async back() {
      delete broker.on.connect;
      await ready('watch');
    },
  };
}
