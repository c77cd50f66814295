import should from 'should';
import { createPacketIds } from '../../../cloud/transport/packet-ids';

const MAX_ID = 65_535;

describe('packet identifiers', () => {
  it('are 1 to 65,535, each once, then none until one is given back', () => {
    const ids = createPacketIds();
    const given = new Set<number | null>();
    for (let i = 0; i < MAX_ID; i += 1) given.add(ids.allocate());
    should(given.size).equal(MAX_ID);
    for (const id of given) should(id).be.within(1, MAX_ID);
    should(ids.allocate()).be.null();
    ids.deallocate(7);
    should(ids.allocate()).equal(7);
    should(ids.allocate()).be.null();
  });

  it('pass over those of messages that a session still holds', () => {
    const ids = createPacketIds();
    for (let id = 1; id <= MAX_ID; id += 2) should(ids.register(id)).be.true();
    should(ids.register(1)).be.false();
    for (let i = 0; i < 1000; i += 1) should(Number(ids.allocate()) % 2).equal(0);
    ids.clear();
    should(ids.register(1)).be.true();
  });

  it('begin anywhere, and go on from the last', () => {
    const firsts = new Set(Array.from({ length: 20 }, () => createPacketIds().allocate()));
    should(firsts.size).be.above(15);
    const ids = createPacketIds();
    const first = Number(ids.allocate());
    should(ids.getLastAllocated()).equal(first);
    ids.deallocate(first);
    should(ids.allocate()).equal((first % MAX_ID) + 1);
  });
});
