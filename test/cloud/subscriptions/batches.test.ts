import should from 'should';
import { inPackets, subscribePackets, unavailable } from '../../../cloud/subscriptions/batches';
import { EVERYTHING } from './broker';

const self = (filter: string) => filter;

describe('batches of filters', () => {
  it('500 filters in a packet at most', () => {
    const filters = Array.from({ length: 1_001 }, (_, i) => `f${i}`);
    const packets = inPackets(filters, self, EVERYTHING);
    should(packets.map(({ length }) => length)).deepEqual([500, 500, 1]);
    should(packets.flat()).deepEqual(filters);
  });

  it('no packet is larger than the broker takes', () => {
    const filters = ['a'.repeat(50), 'b'.repeat(50), 'ü'.repeat(25)];
    const packets = inPackets(filters, self, { ...EVERYTHING, maximumPacketSize: 11 + 2 * 53 });
    should(packets.map(({ length }) => length)).deepEqual([2, 1]);
  });

  it('filters of one packet have one identifier, and none if the broker takes none', () => {
    const parse = (filter: string) => ({ pattern: filter, shared: false });
    const filters: [string, 1][] = ['+/alarm', 'DU_1/alarm', '+/online'].map((filter) => [filter, 1]);
    const texts = (offer: typeof EVERYTHING) =>
      subscribePackets(filters, parse, offer).map(([identifier, packet]) => [
        identifier,
        packet.map(([filter]) => filter),
      ]);
    should(texts(EVERYTHING)).deepEqual([
      [1, ['+/alarm', '+/online']],
      [2, ['DU_1/alarm']],
    ]);
    should(texts({ ...EVERYTHING, subscriptionIdentifiers: false })).deepEqual([
      [undefined, ['+/alarm', 'DU_1/alarm', '+/online']],
    ]);
  });

  it('what CONNACK rules out is not asked for, with the reason code that fits', () => {
    const none = { ...EVERYTHING, sharedSubscriptions: false, wildcardSubscriptions: false };
    should(unavailable('$share/g/x', 'DU_1/alarm', true, none)).equal(0x9e);
    should(unavailable('x', '+/alarm', false, none)).equal(0xa2);
    should(unavailable('x'.repeat(90), 'DU_1/alarm', false, { ...none, maximumPacketSize: 100 })).equal(0x95);
    should(unavailable('x', 'DU_1/alarm', false, none)).be.undefined();
  });
});
