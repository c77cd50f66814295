import should from 'should';
import { reportOf } from '../../../cloud/devices/device-query';
import { knownDevice, labels } from './known-device';

describe('what is known of a device', () => {
  const named = { ...labels(), nameOf: (device: string) => (device === 'DU_1' ? 'Hall' : undefined) };

  it('is an object of all of it', () => {
    const known = knownDevice({ online: true, alarm: false, attributes: { t: 21.5, o: { x: [1] } } });
    should(reportOf('DU_1', known, named, 4_000)).deepEqual({
      device: 'DU_1',
      name: 'Hall',
      known: true,
      online: true,
      alarm: false,
      lastSeen: 1_000,
      age: 3_000,
      attributes: { t: 21.5, o: { x: [1] } },
      times: { t: 500, o: 500 },
    });
  });

  it('has no name without an alias, and null for a state that was never heard', () => {
    const report = reportOf('DU_2', knownDevice({ device: 'DU_2' }), named, 500);
    should(report).have.properties({ online: null, alarm: null, age: 0 }).and.not.have.property('name');
  });

  it('is no more than that of a device that was never heard', () => {
    should(reportOf('DU_1', undefined, named, 1)).deepEqual({ device: 'DU_1', known: false });
  });

  it('holds copies', () => {
    const known = knownDevice({ attributes: { o: { x: [1] } } });
    const report = reportOf('DU_1', known, named, 1);
    if (report.known) Object.assign(report.attributes.o as object, { x: 'changed' });
    should(known.attributes.get('o')?.value).deepEqual({ x: [1] });
  });

  it('has only the time of a value that was too large to be remembered', () => {
    const report = reportOf('DU_1', knownDevice({ attributes: { large: undefined, t: 1 } }), named, 1);
    should(report).have.properties({ attributes: { t: 1 }, times: { large: 500, t: 500 } });
  });

  it('leaves the prototypes alone, whatever an attribute is called', () => {
    const value = JSON.parse('{"x":1}') as unknown;
    const attributes = JSON.parse('{"constructor":1,"toString":2,"hasOwnProperty":3}') as object;
    const known = knownDevice({ attributes });
    const withProto = new Map(known.attributes).set('__proto__', { value, at: 1, previous: undefined });
    const report = reportOf('DU_1', { ...known, attributes: withProto }, named, 1);
    if (!report.known) throw new Error('known');
    should(Object.keys(report.attributes)).deepEqual(['constructor', 'toString', 'hasOwnProperty']);
    should(Object.getPrototypeOf(report.attributes)).equal(Object.prototype);
    should(({} as { x?: unknown }).x).be.undefined();
  });
});
