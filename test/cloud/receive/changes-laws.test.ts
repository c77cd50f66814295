import fc from 'fast-check';
import should from 'should';
import { exceeds } from '../../../cloud/protocol/deadband';
import { decodeJson, type PlainObject } from '../../../cloud/protocol/json';
import { changesOnly, receiver, report } from './receiver';

describe('laws of changes only', () => {
  const value = fc.oneof(
    fc.constantFrom(0, 1, 1.5, -1, '1', '', true, null),
    fc.jsonValue({ maxDepth: 2 }).map((json) => decodeJson(Buffer.from(JSON.stringify(json)))),
  );
  const name = fc.constantFrom('a', 'b', 'c', 'constructor');
  const reports = fc.array(fc.dictionary(name, value, { maxKeys: 4, noNullPrototype: true }), {
    maxLength: 30,
  });
  const differ = (a: unknown, b: unknown) => JSON.stringify(sorted(a)) !== JSON.stringify(sorted(b));

  for (const output of ['message', 'value'] as const) {
    it(`the flow's view equals the device's last values, and each message differs (${output})`, () => {
      fc.assert(
        fc.property(reports, (all) => {
          const flow = receiver({ changes: changesOnly(), output });
          const last: PlainObject = {};
          const view: PlainObject = {};
          for (const attributes of all) {
            const before = flow.messages.length;
            const changes = Object.entries(attributes).some(
              ([key, now]) => !Object.hasOwn(last, key) || differ(now, last[key]),
            );
            report(attributes, flow);
            Object.assign(last, attributes);
            should(flow.messages.length > before).equal(changes);
            for (const { payload, attribute, previous } of flow.messages.slice(before)) {
              const changed = attribute === undefined ? (payload as PlainObject) : { [attribute]: payload };
              const were = attribute === undefined ? (previous as PlainObject) : { [attribute]: previous };
              for (const key of Object.keys(changed)) {
                if (Object.hasOwn(view, key)) should(differ(were[key], view[key])).be.false();
                if (Object.hasOwn(view, key)) should(differ(changed[key], view[key])).be.true();
              }
              Object.assign(view, changed);
            }
            should(differ(view, last)).be.false();
          }
        }),
      );
    });
  }

  it('with a deadband the view is never further from the device than that', () => {
    const MAX = Number.MAX_SAFE_INTEGER; // beyond it a number arrives as text
    const deadband = fc.record({ by: fc.double({ min: 0, max: 200, noNaN: true }), percent: fc.boolean() });
    const numbers = fc.array(fc.double({ min: -MAX, max: MAX, noNaN: true }), { maxLength: 50 });
    fc.assert(
      fc.property(deadband, numbers, (band, all) => {
        const flow = receiver({ changes: changesOnly(band), output: 'value' });
        let view: number | undefined;
        for (const t of all) {
          report({ t }, flow);
          const now = flow.messages.at(-1)?.payload as number;
          if (view !== undefined && now !== view) should(exceeds(now, view, band)).be.true();
          should(exceeds(t, now, band)).be.false();
          view = now;
        }
      }),
    );
  });
});

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, sorted(item)]),
  );
}
