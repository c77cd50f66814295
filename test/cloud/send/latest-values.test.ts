import fc from 'fast-check';
import should from 'should';
import { createOutbox } from '../../../cloud/send/outbox';
import { type Clock, stopClock } from './clock';
import { fakeConnection } from './fake-connection';
import { OPTIONS, push, recorded } from './pushes';
import { rejection, turn } from './settling';

describe('outbox: only the newest value of each attribute waits for a connection', () => {
  let clock: Clock;
  beforeEach(() => {
    clock = stopClock();
  });
  afterEach(() => clock.restore());

  it('a later push takes out of those that wait what it sets anew; one with nothing left is done', async () => {
    const outbox = createOutbox(OPTIONS);
    const first = outbox.add([push('DU_1', { a: 1, b: 1 })]);
    const second = outbox.add([push('DU_1', { a: 2 })]);
    const other = outbox.add([push('DU_2', { a: 1 })]);
    const third = outbox.add([push('DU_1', { a: 3, c: 3 })]);
    should(await second).equal(1);
    const { connection, published } = recorded();
    outbox.attach(connection);
    published.should.eql([
      ['DU_1', { b: 1 }],
      ['DU_2', { a: 1 }],
      ['DU_1', { a: 3, c: 3 }],
    ]);
    connection.acknowledge(3);
    (await Promise.all([first, other, third])).should.eql([0, 0, 0]);
    outbox.counters.should.have.properties({ accepted: 4, acknowledged: 3, replaced: 1 });
  });

  it('pushes that are all to be sent are left alone', async () => {
    const outbox = createOutbox(OPTIONS);
    void outbox.add([push('DU_1', { a: 1 }, false)]);
    void outbox.add([push('DU_1', { a: 2 })]);
    void outbox.add([push('DU_1', { a: 3 }, false)]);
    const { connection, published } = recorded();
    outbox.attach(connection);
    published.map(([, attributes]) => attributes).should.eql([{ a: 1 }, { a: 2 }, { a: 3 }]);
  });

  it('makes room in a full queue, so the newest value is never refused for an older one', async () => {
    const outbox = createOutbox(OPTIONS);
    for (let n = 1; n <= 100; n += 1) void outbox.add([push('DU_1', { a: n })]);
    outbox.size().should.equal(1);
    const full = [1, 2, 3, 4].map((n) => push(`DU_${n}x`, { a: n }, false));
    void outbox.add(full);
    (await rejection(outbox.add([push('DU_1', { b: 1 })]))).code.should.equal('EZT_QUEUE_FULL');
    void outbox.add([push('DU_1', { a: 101, b: 1 })]);
    outbox.size().should.equal(5);
  });

  it('while connected every push is sent', () => {
    const outbox = createOutbox(OPTIONS);
    const { connection, published } = recorded();
    outbox.attach(connection);
    for (const n of [1, 2, 3]) void outbox.add([push('DU_1', { a: n })]);
    published.length.should.equal(3);
  });

  it('what was unacknowledged when the connection ended gives way, too', async () => {
    const outbox = createOutbox(OPTIONS);
    outbox.attach(recorded().connection);
    const lost = outbox.add([push('DU_1', { a: 1 })]);
    outbox.detach();
    void outbox.add([push('DU_1', { a: 2 })]);
    should(await lost).equal(1);
    const { connection, published } = recorded();
    outbox.attach(connection);
    published.should.eql([['DU_1', { a: 2 }]]);
  });

  it('long integers keep their digits', () => {
    const outbox = createOutbox(OPTIONS);
    const payload = Buffer.from('{"a":1,"big":12345678901234567890}');
    void outbox.add([{ ...push('DU_1', {}), payload }]);
    void outbox.add([push('DU_1', { a: 2 })]);
    const texts: string[] = [];
    outbox.attach({ ...fakeConnection(), publish: (_topic, bytes) => void texts.push(bytes.toString()) });
    texts.should.eql(['{"big":12345678901234567890}', '{"a":2}']);
  });

  it('law: what is sent after an outage gives each device its last value of each attribute, and no attribute twice', async () => {
    const device = fc.constantFrom('DU_1', 'DU_2');
    const attributes = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.nat(9), { minKeys: 1 });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(device, attributes), { maxLength: 30 }), async (pushes) => {
        const outbox = createOutbox({ ...OPTIONS, limit: 100 });
        const wanted: Record<string, object> = {};
        let settled = 0;
        let refused = 0;
        const failed = () => {
          refused += 1;
        };
        for (const [name, values] of pushes) {
          outbox.add([push(name, values)]).then(() => {
            settled += 1;
          }, failed);
          wanted[name] = { ...wanted[name], ...values };
        }
        const { connection, published } = recorded();
        outbox.attach(connection);
        const got: Record<string, Record<string, unknown>> = {};
        for (const [name, values] of published as [string, Record<string, unknown>][]) {
          got[name] ??= {};
          for (const attribute of Object.keys(values)) should(got[name]).not.have.property(attribute);
          Object.assign(got[name], values);
        }
        should(got).deepEqual(wanted);
        connection.acknowledge(published.length);
        await turn();
        [settled, refused].should.eql([pushes.length, 0]);
        await outbox.close();
      }),
    );
  });
});
