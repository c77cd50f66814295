import { generate } from 'mqtt-packet';
import should from 'should';
import { until } from '../../support/events';
import { deploy, nodeOf } from '../../support/flows';
import { memoryOf, topic, withDevice } from './with-device';

const ALL = 100_000;
/** Enough to take many slices. */
const MANY = 20_000;
const name = (i: number) => `DU_${String(i).padStart(6, '0')}`;
/** So many names, each once, in an order of their own. */
const names = (count: number) => Array.from({ length: count }, (_, i) => name((i * 7919) % count));

/** Turns of the event loop while `act` goes on. */
async function turnsDuring(act: () => Promise<unknown>): Promise<number> {
  let turns = 0;
  let counting = true;
  const count = () => {
    turns += 1;
    if (counting) setImmediate(count);
  };
  setImmediate(count);
  await act();
  counting = false;
  return turns;
}

describe('ezt-device and many devices', function () {
  this.timeout(120_000);
  const node = withDevice();

  const sorted = names(MANY).sort();

  async function start(properties: Record<string, unknown>, count = MANY) {
    await node.start({ device: '*', ...properties });
    const { protocolVersion } = node.broker.current;
    const rows = names(count).map((device, i) =>
      generate(
        {
          cmd: 'publish',
          topic: topic(device, 'attributes'),
          payload: JSON.stringify({ i, even: i % 2 === 0 }),
          qos: 0,
          retain: false,
          dup: false,
        },
        { protocolVersion },
      ),
    );
    node.broker.current.raw(Buffer.concat(rows));
    await until(() => memoryOf().size === count, 30_000, 'all devices to be known');
  }
  const devicesIn = (payload: unknown) => (payload as { device: string }[]).map(({ device }) => device);

  it('lists 100,000 in the order of their names, and lets the event loop turn at least every 1,000', async () => {
    await start({}, ALL);
    const turns = await turnsDuring(async () => {
      const [message] = await node.ask();
      should(devicesIn(message?.payload)).deepEqual(names(ALL).sort());
    });
    should(turns).be.aboveOrEqual(ALL / 1_000);
  });

  it('answers two questions at once, each in full', async () => {
    await start({ where: [{ field: 'attribute:even', op: 'eq', value: true }] });
    node.settling.give({ topic: 'one' });
    node.settling.give({ topic: 'other' });
    should(await node.settling.all(60_000)).deepEqual(['done', 'done']);
    await until(() => node.got.length === 2, 5000, 'both answers');
    const [one, other] = node.got;
    should([one?.topic, other?.topic].sort()).deepEqual(['one', 'other']);
    should(devicesIn(one?.payload).length).equal(MANY / 2);
    should(devicesIn(other?.payload)).deepEqual(devicesIn(one?.payload));
  });

  it('sends one message each, at most 100 in a turn', async () => {
    await start({ output: 'each' });
    let most = 0;
    let inTurn = 0;
    nodeOf('out.got').on('input', () => {
      if (inTurn === 0) setImmediate(() => (inTurn = 0));
      inTurn += 1;
      most = Math.max(most, inTurn);
    });
    node.settling.give({});
    should(await node.settling.all(60_000)).deepEqual(['done']);
    await until(() => node.got.length === MANY, 30_000, 'every message');
    should(most).be.belowOrEqual(100);
    should(node.got.map(({ device }) => device)).deepEqual(sorted);
  });

  it('ends with EZT_CLOSED, once, when a deploy replaces the node meanwhile', async () => {
    await start({});
    node.settling.give({});
    await deploy(node.flow({ device: '*', name: 'changed' }), 'nodes');
    should(await node.settling.all(60_000)).deepEqual(['EZT_CLOSED']);
    should(node.got).deepEqual([]);
  });

  it('goes on after a deploy that leaves the node alone', async () => {
    await start({});
    node.settling.give({});
    await deploy([...node.flow({ device: '*' }), { id: 'tab2', type: 'tab', label: 'Another' }], 'nodes');
    should(await node.settling.all(60_000)).deepEqual(['done']);
    await until(() => node.got.length === 1, 5000, 'the answer');
    should(devicesIn(node.got[0]?.payload)).deepEqual(sorted);
  });

  it('does not copy the list of names for each message', async () => {
    await start({ device: '', output: 'each' }, 500);
    let reads = 0;
    const device = new Proxy(names(500), {
      get(target, key) {
        if (key === '0') reads += 1;
        return Reflect.get(target, key) as unknown;
      },
    });
    should((await node.ask({ device })).length).equal(500);
    should(reads).be.below(50);
  });

  it('takes a list of as many names in msg.device', async () => {
    await start({ device: '' });
    const turns = await turnsDuring(async () => {
      const [message] = await node.ask({ device: names(MANY) });
      should(devicesIn(message?.payload)).deepEqual(names(MANY));
    });
    should(turns).be.aboveOrEqual(MANY / 1_000);
  });
});
