import should from 'should';
import { until } from '../../support/events';
import { deploy, loadFlow, stopFlows, unload } from '../../support/flows';
import { credentials, palette, project, ready, tab } from '../../support/project';
import { type ScriptedBroker, startScriptedBroker } from '../../support/scripted-broker';
import { watchSettling } from '../../support/settled';
import { shows } from '../../support/statuses';

/** The contract: closing takes at most so many ms, whatever the broker does. */
const CLOSE_BOUND = 3000;

describe('every incoming message ends exactly once, also when its node goes', () => {
  let broker: ScriptedBroker;
  let settling: ReturnType<typeof watchSettling>;

  beforeEach(async () => {
    broker = await startScriptedBroker();
    settling = watchSettling('out');
  });
  afterEach(async () => {
    settling.stop();
    await unload();
    await broker.stop();
  });

  const flow = (type: string, properties: object = {}) => [
    ...tab('out'),
    ...project(broker),
    ...palette(type, 'out', { method: 'm', ...properties }),
    ...palette('ezt-in', 'in'),
  ];

  async function start(type: string, properties: object = {}): Promise<void> {
    const secrets = credentials({ key: 'PR_scripted', secret: 'secret', ca: broker.ca });
    await loadFlow(flow(type, properties), { credentials: secrets });
    await ready('out', 'in');
    broker.on.publish = () => undefined;
  }
  async function goOffline(): Promise<void> {
    broker.on.connect = () => undefined;
    broker.current.destroy();
    await shows('in', ({ fill }) => fill !== 'green');
  }
  const message = { device: 'DU_1', payload: { a: 1 } };

  for (const type of ['ezt-attr-out', 'ezt-command-out']) {
    for (const [what, deployType, next] of [
      ['the node is changed', 'nodes', () => flow(type, { name: 'changed' })],
      ['its flow is changed', 'flows', () => flow(type, { name: 'changed' })],
      ['everything is deployed', 'full', () => flow(type)],
      ['the node is removed', 'nodes', () => flow(type).filter(({ id }) => id !== 'out')],
      ['all of it is removed', 'full', () => tab()],
    ] as const) {
      for (const how of ['offline', 'the broker silent']) {
        it(`${type}: ${what} while messages wait, ${how}`, async () => {
          await start(type);
          if (how === 'offline') await goOffline();
          for (let i = 0; i < 10; i += 1) settling.give(message);
          const before = performance.now();
          await deploy(next(), deployType);
          should(performance.now() - before).be.below(CLOSE_BOUND);
          should(await settling.all()).deepEqual(Array(10).fill('EZT_CLOSED'));
        });
      }
    }

    it(`${type}: flows are stopped`, async () => {
      await start(type);
      settling.give(message);
      const before = performance.now();
      await stopFlows();
      await until(() => broker.sockets.open === 0, CLOSE_BOUND, 'the socket to close');
      should(performance.now() - before).be.below(CLOSE_BOUND);
      should(await settling.all()).deepEqual(['EZT_CLOSED']);
    });

    it(`${type}: what the broker acknowledges during a deploy is done`, async () => {
      await start(type, { waitReply: false });
      settling.give(message);
      const { messageId = 0 } = await broker.packet('publish');
      const connection = broker.current;
      const deploying = deploy(flow(type, { waitReply: false, name: 'changed' }), 'nodes');
      connection.send({ cmd: 'puback', messageId });
      await deploying;
      should(await settling.all()).deepEqual(['done']);
    });
  }
});
