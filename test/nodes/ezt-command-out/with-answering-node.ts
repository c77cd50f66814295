import type { Flow } from 'node-red-node-test-helper';
import { playDevices, type Sent } from '../../support/devices';
import { deploy, loadFlow, unload } from '../../support/flows';
import { type Mosquitto, startMosquitto } from '../../support/mosquitto';
import { credentials, palette, project, ready, record, type Seen, tab } from '../../support/project';

/**
 * Before the tests of the suite: a broker, devices that answer every command at once, and a flow with the
 * ezt-command-out `out` and the nodes of `more`. `give` gets what the flow's Catch node catches; this and `sent`, the
 * commands that devices got, are empty again before each test.
 */
export function withAnsweringNode(give: (errors: Seen[]) => void, more: Flow = []) {
  const sent: Sent[] = [];
  let broker: Mosquitto;
  let errors: Seen[];
  /** With these properties of `out`. */
  const flow = (properties: object) => [
    ...tab('out'),
    ...project(broker),
    ...palette('ezt-command-out', 'out', { device: 'DU_1', ...properties }),
    ...more,
  ];

  before(async () => {
    broker = await startMosquitto();
    await playDevices(await broker.platform(), broker.key, (command, reply) => {
      sent.push(command);
      void reply();
    });
    await loadFlow(flow({}), { credentials: credentials(broker) });
    await ready('out');
    errors = record('errors');
    give(errors);
  });
  beforeEach(() => {
    sent.length = 0;
    errors.length = 0;
  });
  after(async () => {
    await unload();
    await broker.stop();
  });

  /** Deploys `out` with other properties, and waits for its connection. */
  async function reconfigure(properties: object): Promise<void> {
    await deploy(flow(properties), 'nodes');
    await ready('out');
  }
  return { sent, flow, reconfigure };
}
