import should from 'should';
import { needs } from '../support/machine';
import { growth, SLACK } from './sample';
import { soak } from './soak';

describe('soak: 200 nodes over deploys and restarts of the broker', function () {
  needs(this, 'mosquitto', 'linux');
  this.timeout(120_000);

  it('ends every message, logs no error and leaves nothing behind', async () => {
    const { samples, counts, sent, rate, lost, deploys, restarts, errors } = await soak({
      rounds: 16,
      workFor: 1200,
      rate: 500,
      deployEvery: 3,
      restartEvery: 5,
    });
    should(errors).deepEqual([]);
    should([deploys, restarts]).deepEqual([5, 3]);
    should(lost).equal(0);
    should(rate).be.within(490, 510);
    should(counts.plain).be.within(1, sent / 4);
    should(counts.received).be.above(sent / 2);
    should(counts.done).be.above(0);
    // Half a minute is short: code is still compiled, and timers of alarms come and go with the devices' states.
    should(growth(samples, { ...SLACK, heap: 5e6, timers: 25, handles: 2 })).deepEqual([]);
  });
});
