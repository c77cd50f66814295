import fc from 'fast-check';
import should from 'should';
import { CHOICES, type ChoiceName, NUMBERS, type NumberName } from '../../../cloud/protocol/limits';
import { choice, flag, number, type Raw } from '../../../nodes/shared/raw-settings';
import { definition, says, types } from '../../nodes/editor/registered';

/** Choices that one type has under a name that means another choice elsewhere. */
const RENAMED: Readonly<Record<string, { type: string; property: string }>> = {
  deviceOutput: { type: 'ezt-device', property: 'output' },
};
/** The types whose form has the setting `name`. */
const having = (name: string): string[] => {
  const renamed = RENAMED[name];
  if (renamed) return [renamed.type];
  const others = Object.values(RENAMED).filter(({ property }) => property === name);
  return [...types.keys()].filter(
    (type) => definition(type).defaults[name] !== undefined && !others.some((other) => other.type === type),
  );
};
/** What the runtime reads; `undefined` when it refuses. */
function reads(read: (raw: Raw) => unknown, name: string, value: unknown): unknown {
  try {
    return read({ id: 'n', type: 't', z: '', name: '', [name]: value });
  } catch {
    return undefined; // EZT_CONFIG
  }
}
function same(type: string, name: string, value: unknown, read: (raw: Raw) => unknown): void {
  should(says(type, name, value) === true).equal(reads(read, name, value) !== undefined);
}

const value = fc.oneof(
  fc.integer(),
  fc.double(),
  fc.boolean(),
  fc.integer({ min: -2, max: 3 }).map(String),
  fc.double({ min: 0, max: 3e6 }).map(String),
  fc.string({ unit: fc.constantFrom('1', '0', '.', '-', 'e', 'x', ' ', ',') }),
  fc.constantFrom('1e3', '0x10', 'Infinity', 'NaN', '', ' ', '١'),
);

describe('limits', () => {
  for (const [name, { byDefault, min, max }] of Object.entries(NUMBERS)) {
    const read = (raw: Raw) => number(raw, name as NumberName);
    for (const type of having(name)) {
      it(`${type}.${name}: the form begins with the runtime's default`, () => {
        should(definition(type).defaults[name]?.value).equal(byDefault);
        should(reads(read, name, undefined)).equal(byDefault);
      });

      it(`${type}.${name}: form and runtime accept the same`, () => {
        const edges = [min, max, min - 1, max + 1, min + 0.5, String(min), String(max), ` ${max} `];
        for (const each of edges) same(type, name, each, read);
        fc.assert(fc.property(value, (each) => same(type, name, each, read)));
      });
    }
  }

  for (const [name, allowed] of Object.entries(CHOICES).filter(([each]) => each !== 'paramsType')) {
    const property = RENAMED[name]?.property ?? name;
    const read = (raw: Raw) => choice(raw, name as ChoiceName, property);
    for (const type of having(name)) {
      it(`${type}.${property}: form and runtime offer the same`, () => {
        should(definition(type).defaults[property]?.value).equal(allowed[0]);
        should(reads(read, property, '')).equal(allowed[0]);
        for (const each of [...allowed, 'other', 'toString', 5, 3.1]) same(type, property, each, read);
      });
    }
  }

  it('ezt-command-out.waitReply: form and runtime accept the same', () => {
    const read = (raw: Raw) => flag(raw, 'waitReply', true);
    fc.assert(fc.property(value, (each) => same('ezt-command-out', 'waitReply', each, read)));
    for (const each of ['true', 'False', '1', '0', 'yes']) same('ezt-command-out', 'waitReply', each, read);
    should(reads(read, 'waitReply', 'false')).be.false();
    should(reads(read, 'waitReply', '')).be.true();
  });

  it('eztcloud-config.memory: form and runtime accept the same', () => {
    const read = (raw: Raw) => flag(raw, 'memory', true);
    fc.assert(fc.property(value, (each) => same('eztcloud-config', 'memory', each, read)));
    should(reads(read, 'memory', 'false')).be.false();
    should(reads(read, 'memory', '')).be.true();
  });

  it('every number and every choice is in a form', () => {
    for (const name of [...Object.keys(NUMBERS), ...Object.keys(CHOICES)]) having(name).should.not.be.empty();
  });
});
