import should from 'should';
import { ReadingTurn } from '../../../cloud/transport/reading-turn';

describe('transport: a turn of reading', () => {
  /** How many messages each turn has when one costs the flow as many ms as `costs` says, turn by turn. */
  async function turns(costs: readonly number[]): Promise<number[]> {
    const sizes: number[] = [];
    let now = 0;
    let ended: () => void = () => undefined;
    const turn = new ReadingTurn(
      () => ended(),
      () => now,
    );
    for (const perMessage of costs) {
      let size = 1;
      for (; !turn.count(); size += 1);
      sizes.push(size);
      const over = new Promise<void>((resolve) => {
        ended = resolve;
      });
      turn.endSoon();
      now += size * perMessage; // the flows run before the turn ends
      await over;
    }
    return sizes;
  }

  it('hands over 1,024 messages at most', async () => {
    should(await turns([0, 0, 0])).deepEqual([1024, 1024, 1024]);
  });

  it('gets so few that what they make in the flow takes 2 ms: 50 messages of each payload, 3 µs each', async () => {
    should(await turns([0.15, 0.15, 0.15, 0.15])).deepEqual([1024, 13, 26, 26]);
  });

  it('has four messages at least, however long the flow takes', async () => {
    should(await turns([1000, 1000, 1000])).deepEqual([1024, 4, 4]);
  });

  it('has more again, turn by turn, when the flow is fast', async () => {
    should(await turns([1000, 0, 0, 0])).deepEqual([1024, 4, 8, 16]);
  });
});
