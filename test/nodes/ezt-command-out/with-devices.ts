import type { MqttClient } from 'mqtt';
import { temporaryDirectory } from '../../support/cleanup';
import { playDevices, type Sent } from '../../support/devices';
import { deploy, type Flow, loadFlow, unload } from '../../support/flows';
import { type Mosquitto, startMosquitto } from '../../support/mosquitto';
import { credentials, deviceOf, palette, project, ready, tab } from '../../support/project';

export type Reply = (fields?: object, device?: string) => Promise<unknown>;
/** Properties of `out` and of the project, and further nodes. */
type Given = [properties: object, ofProject?: object, more?: Flow];
type OnCommand = (sent: Sent, reply: Reply) => void;

/**
 * Before the tests of the suite: a broker, and devices whose answer to each command is `devices.onCommand`, at once by
 * default. `sent`: the commands that they got in the test. After each test the flow is unloaded.
 */
export function withDevices() {
  let broker: Mosquitto;
  let platform: MqttClient;
  let userDir: string;
  const answerAtOnce: OnCommand = (_sent, reply) => void reply();
  const flow = (...[properties, ofProject = {}, more = []]: Given): Flow => [
    ...tab('out'),
    ...project(broker, { ...ofProject }),
    ...palette('ezt-command-out', 'out', { method: 'm', ...properties }),
    ...more,
  ];
  const devices = {
    sent: [] as Sent[],
    onCommand: answerAtOnce,
    get broker() {
      return broker;
    },
    /** Publishes as the platform does for a device. */
    publish: (suffix: string, payload: unknown, retain = false) =>
      deviceOf(platform, broker.key)(suffix, payload, { retain }),
    async start(...given: Given): Promise<void> {
      await loadFlow(flow(...given), { credentials: credentials(broker), settings: { userDir } });
      await ready('out');
    },
    redeploy: (...given: Given) => deploy(flow(...given), 'nodes'),
    /** Stops Node-RED; `start` starts it again in the same user directory. */
    stop: unload,
  };
  before(async () => {
    broker = await startMosquitto({ config: ['max_queued_messages 0'] });
    platform = await broker.platform();
    await playDevices(platform, broker.key, (command, reply) => {
      devices.sent.push(command);
      devices.onCommand(command, reply);
    });
  });
  beforeEach(() => {
    userDir = temporaryDirectory('user');
    devices.sent = [];
    devices.onCommand = answerAtOnce;
  });
  afterEach(unload);
  after(() => broker.stop());
  return devices;
}
