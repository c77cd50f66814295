import should from 'should';
import { fuzzBytes, fuzzMessages, fuzzValidPackets } from './inbound';
import { fuzzOutgoing } from './outgoing';
import { fuzzPackets } from './packets';
import { createRandom } from './random';

const SEED = Number(process.env.FUZZ_SEED ?? 1122);

describe(`fuzz, seed ${SEED}`, function () {
  this.timeout(60_000);

  it('20,000 mutated messages: none throws, each is acknowledged once', async () => {
    const totals = await fuzzMessages(20_000, createRandom(SEED));
    should(totals.errors).deepEqual([]);
    should([totals.received, totals.acknowledged]).deepEqual([20_000, 20_000]);
    should(totals.delivered).be.above(1000);
    should(totals.malformed).be.above(1000);
  });

  it('2,000 valid packets with mutated contents: no disconnection', async () => {
    should(await fuzzValidPackets(2000, createRandom(SEED))).equal(1);
  });

  it('20,000 streams of packets, broken or not, cut anywhere: read as mqtt-packet reads them', () => {
    const { wrong, same, refused } = fuzzPackets(20_000, createRandom(SEED));
    should(wrong).deepEqual([]);
    should([same > 20_000, refused > 1000]).deepEqual([true, true]);
  });

  it('50 broken streams: connected again after each (case 58)', async () => {
    await fuzzBytes(50, createRandom(SEED));
  });

  it('3,000 hostile outgoing messages: each ends once, the broker gets nothing wrong (cases 32-36)', async () => {
    const totals = await fuzzOutgoing(3000, createRandom(SEED));
    should(totals).have.properties({ given: 3000, settled: 3000, twice: 0, wrong: [], connections: 1 });
    should(Object.keys(totals.codes).filter((code) => !code.startsWith('EZT_'))).deepEqual([]);
    should(totals.done).be.above(100);
    should(totals.published).be.aboveOrEqual(totals.done);
  });
});
