import should from 'should';
import type { Emulator } from '../../emulator/emulator';
import { type Comms, listen } from '../support/comms';
import { environment, listening, startFastEmulator } from '../support/emulator';
import { until } from '../support/events';
import { example, named } from '../support/examples';
import { type NodeRed, startNodeRed } from '../support/node-red';
import { withChanges } from './expected';

const flow = example('several-node-reds.json');
const { id: sink } = named(flow, 'number');
const NUMBERS = Array.from({ length: 100 }, (_, i) => i + 1);

describe('several-node-reds.json in two Node-REDs', function () {
  this.timeout(60_000);
  let emulator: Emulator;
  let reds: NodeRed[] = [];
  let heard: Comms[] = [];
  before(async () => {
    emulator = await startFastEmulator();
    const env = environment(emulator);
    reds = await Promise.all([startNodeRed({ env }), startNodeRed({ env })]);
    heard = await Promise.all(reds.map(({ url }) => listen(url)));
  });
  after(async () => {
    for (const comms of heard) comms.close();
    await Promise.all(reds.map((red) => red.stop()));
    await emulator?.stop();
  });

  /** By Node-RED, the numbers that came to it, after the button has been pressed in the first. */
  async function numbers(group: string, count: number): Promise<number[][]> {
    const nodes = withChanges(flow, { 'EZtCloud project': { group } });
    for (const red of reds) {
      await red.deploy(nodes);
      await listening(red, named(flow, 'EZtCloud project').id, 1);
    }
    const before = heard.map(({ messages }) => messages.length);
    const seen = () =>
      heard.map(({ messages }, i) =>
        messages
          .slice(before[i])
          .filter(({ id }) => id === sink)
          .map(({ msg }) => Number(msg)),
      );
    await reds[0]?.inject(named(flow, '100 numbers').id);
    await until(() => seen().flat().length >= count, 10_000, `${count} numbers`);
    return seen();
  }
  const sorted = (list: readonly number[]) => list.toSorted((a, b) => a - b);

  it('gives each message to one of them', async () => {
    const [first = [], second = []] = await numbers('workers', 100);
    sorted([...first, ...second]).should.deepEqual(NUMBERS);
    should(first.length).be.within(20, 80);
  });

  it('gives each message to both without a group', async () => {
    const [first = [], second = []] = await numbers('', 200);
    sorted(first).should.deepEqual(NUMBERS);
    sorted(second).should.deepEqual(NUMBERS);
  });
});
