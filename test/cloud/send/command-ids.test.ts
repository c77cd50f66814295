import fc from 'fast-check';
import should from 'should';
import { type Commands, createCommands } from '../../../cloud/send/commands';

const MAX_ID = 2 ** 31 - 1;

describe('ids of commands', () => {
  let commands: Commands;
  beforeEach(() => {
    commands = createCommands();
  });

  const request = (device: string, id: number) =>
    commands.request(
      device,
      { method: 'm', id },
      { timeout: 1000, retries: 0 },
      ({ sent }) => {
        sent();
        return new Promise<void>(() => undefined);
      },
      {},
    );

  it('are whole numbers from 1 to 2³¹−1, each another', () => {
    const ids = Array.from({ length: 10_000 }, () => commands.idFor('DU_1'));
    new Set(ids).size.should.equal(10_000);
    for (const id of ids) should(Number.isInteger(id) && id >= 1 && id <= MAX_ID).be.true();
  });

  it('pass over those in flight to the device', () => {
    const first = commands.idFor('DU_1');
    const second = (first % MAX_ID) + 1;
    const third = (second % MAX_ID) + 1;
    void request('DU_1', second);
    commands.idFor('DU_1').should.equal(third);
  });

  it('are those that a flow brings, in flight to another device or not', () => {
    void request('DU_1', 7);
    commands.idFor('DU_2', 7).should.equal(7);
    should(() => commands.idFor('DU_1', 7)).throw({ code: 'EZT_PAYLOAD', reason: 'idInFlight' });
    commands.offer('DU_1', { method: 'm', params: {}, id: 7 }, false);
    commands.idFor('DU_1', 7).should.equal(7);
  });

  it('are unlike the last 10,000 of the device, whatever ids flows bring', () => {
    const step = fc.record({
      device: fc.constantFrom('DU_1', 'DU_2'),
      /** Brought: so far from the last one made; else made. */
      ahead: fc.option(fc.integer({ min: -2, max: 30 }), { nil: undefined }),
      times: fc.integer({ min: 1, max: 40 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const some = createCommands();
        let last = some.idFor('DU_0');
        const used = new Map<string, Set<number>>();
        for (const { device, ahead, times } of steps) {
          const of = used.get(device) ?? new Set();
          used.set(device, of);
          if (ahead !== undefined) of.add(some.idFor(device, 1 + ((MAX_ID + last + ahead) % MAX_ID)));
          else {
            for (let i = 0; i < times; i += 1) {
              last = some.idFor(device);
              should(of.has(last)).be.false();
              of.add(last);
            }
          }
        }
      }),
    );
  });
});
