import should from 'should';
import { until } from '../../support/events';
import { deploy } from '../../support/flows';
import { connected } from '../../support/statuses';
import { memoryOf, topic, withDevice } from './with-device';

const CHANNELS = ['attributes', 'online', 'alarm'];
const filters = (...devices: string[]) =>
  devices.flatMap((device) => CHANNELS.map((channel) => topic(device, channel))).sort();

describe('what ezt-device subscribes to', () => {
  const node = withDevice({ DU_1: { name: 'Hall', tags: ['inside'] }, DU_2: { tags: ['inside'] } });
  const held = () => [...node.broker.current.subscriptions.keys()].sort();
  const qos = () => new Set([...node.broker.current.subscriptions.values()].map((each) => each.qos));

  const cases: [what: string, device: unknown, devices: string[]][] = [
    ['every device, where messages name them', '', ['+']],
    ['every device, where all are asked for', '*', ['+']],
    ['the devices that the node names', 'DU_8，Hall', ['DU_8', 'DU_1']],
    ['the devices of a tag', '#inside', ['DU_1', 'DU_2']],
    ['the devices of a list from a variable', ['DU_8', 'DU_9'], ['DU_8', 'DU_9']],
    ['nothing, where a name is wrong', 'a/b', []],
  ];
  for (const [what, device, devices] of cases) {
    it(`${what}: attributes, online and alarm, with QoS 1`, async () => {
      await node.start({ device });
      should(held()).deepEqual(filters(...devices));
      if (devices.length > 0) should([...qos()]).deepEqual([1]);
    });
  }

  it('follows a deploy, and the memory stays', async () => {
    await node.start({ device: 'DU_8' });
    await node.says('DU_8', 'attributes', { t: 1 });
    await deploy(node.flow({ device: 'DU_9, DU_8' }), 'nodes');
    await until(() => held().length === 6, 5000, 'the new filters');
    should(held()).deepEqual(filters('DU_8', 'DU_9'));
    should(node.broker.connections.length).equal(1);
    should(memoryOf().get('DU_8')?.attributes.get('t')?.value).equal(1);
  });

  it('keeps the devices that the node names in the memory, as long as it does', async () => {
    await node.start({ device: 'DU_8' });
    const kept: string[][] = [];
    const { keep } = memoryOf();
    const ended: string[][] = [];
    Object.assign(memoryOf(), {
      keep: (devices: string[]) => {
        kept.push(devices);
        const end = keep(devices);
        return () => {
          ended.push(devices);
          end();
        };
      },
    });
    await deploy(node.flow({ device: 'DU_9' }), 'nodes');
    await connected('out');
    should([kept, ended]).deepEqual([[['DU_9']], []]);
    await deploy(node.flow({ device: '' }), 'nodes');
    should([kept, ended]).deepEqual([[['DU_9'], []], [['DU_9']]]);
  });
});

describe('ezt-device in a group of several Node-REDs', () => {
  const node = withDevice({}, [], { group: 'three' });

  it('hears its devices itself, whoever of the group gets the messages', async () => {
    await node.start({ device: 'DU_8' });
    should([...node.broker.current.subscriptions.keys()].sort()).deepEqual(filters('DU_8'));
    await node.says('DU_8', 'attributes', { t: 1 });
    const [message] = await node.ask();
    should(message?.payload).have.propertyByPath('attributes', 't').equal(1);
  });
});
