import { until } from '../../support/events';
import { type Flow, loadFlow, unload } from '../../support/flows';
import { credentials, ready, record } from '../../support/project';
import { type ScriptedBroker, startScriptedBroker } from '../../support/scripted-broker';

/** A scripted broker for each test of the suite, and Node-RED connected to it. */
export function withScripted(): {
  readonly broker: ScriptedBroker;
  /** Loads the flow; resolves when `ids` are connected. */
  load(flow: (broker: ScriptedBroker) => Flow, ...ids: string[]): Promise<void>;
  /** What a device sends; `suffix` is `<device>/<channel>`. */
  report(suffix: string, payload: unknown): void;
  /** Resolves when what was reported before has reached the flow; the node `all` takes alarms of every device. */
  settled(): Promise<void>;
} {
  let broker: ScriptedBroker;
  beforeEach(async () => {
    broker = await startScriptedBroker();
  });
  afterEach(async () => {
    await unload();
    await broker.stop();
  });
  const report = (suffix: string, payload: unknown) =>
    void broker.current.deliver(`open/PR_scripted/${suffix}`, JSON.stringify(payload));
  return {
    report,
    async settled() {
      const alarms = record('all.got');
      report('DU_last/alarm', { alerting: true });
      await until(() => alarms.some(({ device }) => device === 'DU_last'), 5000, 'the last message');
    },
    get broker() {
      return broker;
    },
    async load(flow, ...ids) {
      await loadFlow(flow(broker), {
        credentials: credentials({ key: 'PR_scripted', secret: 'secret', ca: broker.ca }),
      });
      await ready(...ids);
    },
  };
}
