import should from 'should';
import { needs } from '../support/machine';
import { growth, SLACK } from './sample';
import { soak } from './soak';

describe('soak: 200 nodes over deploys and restarts of the broker', function () {
  needs(this, 'mosquitto', 'linux');
  this.timeout(120_000);

  it('ends every message, logs no error and leaves nothing behind', async () => {
    const { samples, counts, sent, deploys, restarts, errors } = await soak({
      duration: 30_000,
      rate: 500,
      sampleEvery: 1500,
      deployEvery: 5000,
      restartEvery: 9000,
    });
    should(errors).deepEqual([]);
    should([deploys, restarts]).deepEqual([5, 3]);
    should(sent).be.above(2000);
    should(counts.received).be.above(sent);
    should(counts.done).be.above(500);
    // Half a minute is short: code is still compiled, and timers of alarms come and go with the devices' states.
    should(growth(samples, { ...SLACK, heap: 5e6, timers: 25, handles: 2 })).deepEqual([]);
  });
});
