import fc from 'fast-check';
import should from 'should';
import { createAttributeValues } from '../../../cloud/devices/attribute-values';
import { createNameLists } from '../../../cloud/devices/name-lists';
import { RememberedDevice } from '../../../cloud/devices/remembered-device';
import { decodeJson, type PlainObject } from '../../../cloud/protocol/json';

describe('values of attributes', () => {
  const ROOM = 100_000;
  function open(room = ROOM) {
    const budget = { left: room };
    const lists = createNameLists(budget);
    const values = createAttributeValues(lists, budget);
    return { budget, values, device: (name = 'DU_1') => new RememberedDevice(name, 0, lists.none) };
  }
  const value = fc.oneof(
    fc.constantFrom<unknown>(0, 1.5, true, false, null, '', 'text'),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.jsonValue({ maxDepth: 2 }).map((json) => decodeJson(Buffer.from(JSON.stringify(json)))),
  );
  const reports = fc.array(fc.dictionary(fc.constantFrom('a', 'b', 'c', 'constructor'), value), {
    maxLength: 20,
  });
  const known = (each: unknown) => (Object.is(each, -0) ? 0 : each);

  it('are the last one and the one before of each attribute, whatever their types and order', () => {
    fc.assert(
      fc.property(reports, (all) => {
        const { values, device } = open();
        const one = device();
        const model = new Map<string, { value: unknown; at: number; previous: unknown }>();
        for (const [now, report] of all.entries()) {
          values.set(one, report as PlainObject, now);
          for (const [name, each] of Object.entries(report))
            model.set(name, { value: known(each), at: now, previous: model.get(name)?.value });
        }
        should([...one.attributes]).eql([...model]);
      }),
    );
  });

  it('give back all the room they took once their devices are forgotten', () => {
    fc.assert(
      fc.property(reports, reports, (some, others) => {
        const { values, device, budget } = open();
        const devices = [some, others].map((all, i) => {
          const one = device(`DU_${i}`);
          for (const [now, report] of all.entries()) values.set(one, report as PlainObject, now);
          return one;
        });
        for (const one of devices) values.release(one);
        should(budget.left).equal(ROOM);
      }),
    );
  });

  it('come back from the disk as they were, in room of their own', () => {
    const { values, device, budget } = open();
    const [one, again] = [device(), device()];
    values.set(one, { a: 'before', n: 1, x: null }, 1);
    values.set(one, { a: { deep: ['now'] }, n: 2 }, 2);
    const before = budget.left;
    const saved = [...one.attributes.values()].map(
      ({ at, value, previous }) => [at, value, previous] as const,
    );
    values.restore(again, [...one.attributes.keys()], saved);
    should([...again.attributes]).eql([...one.attributes]);
    should(before - budget.left).equal(again.held); // the names are shared
  });

  it('are not held where there is no room in all, but their times are', () => {
    const { values, device } = open(500);
    const one = device();
    values.set(one, { a: 1 }, 1);
    values.set(one, { a: 'x'.repeat(1_000) }, 2);
    should(one.attributes.get('a')).eql({ value: undefined, at: 2, previous: 1 });
    values.set(one, Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`b${i}`, i])), 3);
    should([...one.attributes.keys()]).eql(['a']); // nor are names
  });
});
