import should from 'should';
import { until } from '../../support/events';
import { turn } from '../send/settling';
import { receiver } from './receiver';
import { end, learn, listenerOf, openInitial, told } from './with-initial';

describe('initial', () => {
  it('waits for the end of a deploy, and is not for a node that has closed in it', async () => {
    const { at, memory, initial } = openInitial();
    learn(memory, 'DU_1', 'attributes', { t: 20 });
    at.paused = true;
    const [flow, gone] = [receiver({ initial: true }), receiver({ initial: true })];
    const listener = listenerOf(gone);
    initial.add(listenerOf(flow));
    initial.add(listener);
    await turn();
    should(told(flow)).eql([]);
    initial.remove(listener);
    at.paused = false;
    initial.resume();
    should([told(flow), told(gone)]).eql([['DU_1 attributes {"t":20}'], []]);
  });

  it('comes again on each new connection, but not on the first, when nothing can have been learned', async () => {
    const { memory, initial } = openInitial();
    learn(memory, 'DU_1', 'attributes', { t: 20 });
    const flow = receiver({ initial: true });
    initial.add(listenerOf(flow));
    await end(initial);
    initial.connected();
    should(told(flow).length).equal(1);
    learn(memory, 'DU_1', 'attributes', { t: 21 });
    initial.connected();
    should(told(flow)).eql(['DU_1 attributes {"t":20}', 'DU_1 attributes {"t":21}']);
    initial.close();
    initial.connected();
    should(told(flow).length).equal(2);
  });

  it('goes on after a flow that throws', async () => {
    const { at, memory, initial } = openInitial();
    for (const device of ['DU_1', 'DU_2']) learn(memory, device, 'attributes', { t: 20 });
    const flow = receiver({
      initial: true,
      onMessage: () => {
        throw new Error('broken on purpose');
      },
    });
    initial.add(listenerOf(flow));
    await end(initial);
    should([at.errors.length, at.done, initial.pending]).eql([2, 1, false]);
  });

  it('tells of 100,000 devices in slices, between which the event loop turns, devices come, and a deploy may begin', async () => {
    const { at, memory, initial } = openInitial();
    for (let i = 0; i < 100_000; i += 1) learn(memory, `DU_${i}`, 'attributes', { t: i });
    let [count, inTurn, most, turns] = [0, 0, 0, 0];
    const flow = receiver({
      initial: true,
      onMessage: () => {
        count += 1;
        inTurn += 1;
      },
    });
    const look = () => {
      most = Math.max(most, inTurn);
      inTurn = 0;
      turns += 1;
      if (turns === 10) at.paused = true;
      if (turns === 20) {
        should(count).be.below(100_000);
        at.paused = false;
        initial.resume();
        inTurn = 0; // of this turn, which had one slice
      }
      if (initial.pending) setImmediate(look);
    };
    initial.add(listenerOf(flow));
    setImmediate(look);
    await until(() => !initial.pending, 20_000, 'the end');
    should(count).equal(100_000);
    should(most).be.within(1, 500);
    should(at.done).equal(1);
  });
});
