import { core } from '../core-flows';
import { deviceMemory } from '../device-memory';
import type { Finding, SingleScenario, Tools } from '../findings';
import { ours } from '../flows';
import { type Contender, startSubject } from '../subject';
import { REPORT } from '../traffic';

const reports = (devices: number) => ({ devices, leaves: ['attributes'], payload: REPORT });

async function perNode(
  name: string,
  flow: (nodes: number) => Contender['flow'],
  nodes: number,
  tools: Tools,
) {
  const heapWith = async (count: number) => {
    const subject = await startSubject({ name, flow: flow(count), traffic: reports(count) }, tools);
    tools.progress(`${name}, ${count} nodes: running`);
    const heap = await subject.heap();
    await subject.stop();
    return heap;
  };
  return ((await heapWith(nodes)) - (await heapWith(1))) / (nodes - 1);
}

export const memory: SingleScenario = {
  name: 'memory',
  title: 'memory',
  async run(tools): Promise<Finding[]> {
    const { quick, progress } = tools;
    const nodes = quick ? 2_000 : 10_000;
    const finding = (what: string, value: number, unit: string): Finding => ({
      scenario: 'memory',
      what,
      value,
      unit,
    });
    const found = [
      finding(`per node, ours (${nodes})`, await perNode('ours', ours, nodes, tools), 'bytes'),
      finding(
        'per node, core (1000)',
        await perNode('core 5', (count) => core(5, count), 1000, tools),
        'bytes',
      ),
    ];

    const devices = 10_000;
    const subject = await startSubject({ name: 'ours', flow: ours(), traffic: reports(devices) }, tools);
    const afterDevices = await subject.heap();
    // Another with as many messages of one device.
    const single = await startSubject({ name: 'ours', flow: ours(), traffic: reports(1) }, tools);
    await single.measure(devices);
    found.push(finding('per device seen', (afterDevices - (await single.heap())) / devices, 'bytes'));
    await single.stop();
    found.push(...deviceMemory());

    const total = quick ? 100_000 : 1_000_000;
    await subject.measure(total / 10);
    const before = await subject.heap();
    for (let i = 0; i < 5; i += 1) {
      await subject.measure(total / 5);
      progress(`${((i + 1) * total) / 5} messages`);
    }
    const growth = ((await subject.heap()) - before) / total;
    await subject.stop();
    return [
      ...found,
      {
        ...finding(`growth per message over ${total} messages`, growth, 'bytes'),
        goal: 'flat: < 0.5',
        met: growth < 0.5,
      },
    ];
  },
};
