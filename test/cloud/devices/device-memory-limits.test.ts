import should from 'should';
import { createDeviceMemory } from '../../../cloud/devices/device-memory';
import { seenDevices } from '../../../cloud/devices/seen-devices';
import { see } from './known';

describe('devices', () => {
  it('are 100,000 at most, those last heard; the pickers get the last 2,000', () => {
    const devices = createDeviceMemory();
    for (let i = 0; i < 150_000; i += 1) see(devices, `DU_${i}`, 'alarm', undefined, i);
    should(devices.size).equal(100_000);
    should([devices.get('DU_49999')?.device, devices.get('DU_50000')?.device]).deepEqual([
      undefined,
      'DU_50000',
    ]);
    const list = seenDevices(devices);
    should([list.length, list[0]?.device, list.at(-1)?.device]).deepEqual([2_000, 'DU_149999', 'DU_148000']);
  });

  it('that are longest unheard are forgotten first, one for each that comes', () => {
    const devices = createDeviceMemory(3);
    for (const [i, device] of ['a', 'b', 'c', 'a', 'd', 'b', 'e'].entries())
      see(devices, device, 'alarm', undefined, i);
    should(devices.latest(9).map(({ device }) => device)).deepEqual(['e', 'b', 'd']);
  });

  it('that a node names are never forgotten, and the longest unheard again once it does not', () => {
    const devices = createDeviceMemory(3);
    const ends = [devices.keep(['a', 'b']), devices.keep(['a', 'new'])];
    for (const [i, device] of ['a', 'b', 'c', 'd', 'e', 'f'].entries())
      see(devices, device, 'alarm', undefined, i);
    const known = () => [...devices.all()].map(({ device }) => device);
    should(known()).deepEqual(['a', 'b', 'f']);
    see(devices, 'b', 'alarm', undefined, 7);
    devices.keep(['f']);
    // There is no room for others, but for the ones that are named.
    see(devices, 'g', 'alarm', undefined, 8);
    see(devices, 'new', 'alarm', undefined, 9);
    should(known()).deepEqual(['a', 'b', 'f', 'new']);
    for (const end of ends) {
      end();
      end();
    }
    see(devices, 'h', 'alarm', undefined, 10);
    should(known()).deepEqual(['f', 'new', 'h']);
  });

  it('that go on sending are not the ones forgotten', () => {
    const devices = createDeviceMemory(10);
    see(devices, 'faithful', 'attributes', { known: 1 }, 0);
    for (let i = 0; i < 100; i += 1) {
      see(devices, 'faithful', 'alarm', undefined, i);
      see(devices, `DU_${i}`, 'alarm', undefined, i);
    }
    should(seenDevices(devices).find(({ device }) => device === 'faithful')?.attributes).eql(['known']);
    seenDevices(devices).length.should.be.belowOrEqual(10);
  });

  describe('of hostile size', () => {
    it('have a thousand attributes and a hundred of the other names, none of them long', () => {
      const devices = createDeviceMemory();
      const many = (prefix: string) => Array.from({ length: 2000 }, (_, i) => `${prefix}${i}`);
      const long = 'x'.repeat(129);
      const attributes = Object.fromEntries([long, ...many('a')].map((name) => [name, 1]));
      see(devices, 'DU_1', 'attributes', attributes);
      see(devices, 'DU_1', 'attributes', { ...attributes, a0: 2 });
      for (const stream of [long, ...many('s')])
        devices.learn({ device: 'DU_1', channel: 'data', stream }, undefined, 1, true);
      for (const method of [long, ...many('m')]) see(devices, 'DU_1', 'event_report', { method });
      const [one] = seenDevices(devices);
      should(one?.attributes).eql(many('a').slice(0, 1000));
      should(devices.get('DU_1')?.attributes.get('a0')?.value).equal(2);
      should(one?.streams).eql(many('s').slice(0, 100));
      should(one?.methods).eql(many('m').slice(0, 100));
      see(devices, long, 'alarm', undefined);
      seenDevices(devices).length.should.equal(1);
    });

    it('are learned of what they have long reported, however many new names come before it', () => {
      const devices = createDeviceMemory();
      see(devices, 'DU_1', 'attributes', { a: 1 }, 1);
      const many = Array.from({ length: 3_000 }, (_, i) => [`new ${i}`, i]);
      see(devices, 'DU_1', 'attributes', { ...Object.fromEntries(many), a: 2 }, 2);
      should(devices.get('DU_1')?.attributes.get('a')).eql({ value: 2, at: 2, previous: 1 });
      should(devices.get('DU_1')?.attributes.size).equal(1_000);
    });

    const deep = (levels: number): unknown => JSON.parse(`${'['.repeat(levels)}${']'.repeat(levels)}`);
    for (const [what, value] of [
      ['long text', 'x'.repeat(9_000)],
      ['a large list', Array.from({ length: 3_000 }, () => 1)],
      ['a large object', Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [i, i]))],
      ['deep nesting', deep(150)],
    ] as const) {
      it(`are known to have ${what}, and when, but not its value; it comes back once it is smaller`, () => {
        const devices = createDeviceMemory();
        const of = (at: number, now: unknown) => {
          see(devices, 'DU_1', 'attributes', { a: now }, at);
          return devices.get('DU_1')?.attributes.get('a');
        };
        should(of(1, 'small')).eql({ value: 'small', at: 1, previous: undefined });
        should(of(2, value)).eql({ value: undefined, at: 2, previous: 'small' });
        should(of(3, 5)).eql({ value: 5, at: 3, previous: undefined });
        should(of(4, 'small')).eql({ value: 'small', at: 4, previous: 5 });
      });
    }

    it('have values of 256 kB in all, and room again when these change', () => {
      const devices = createDeviceMemory();
      const names = Array.from({ length: 100 }, (_, i) => `a${i}`);
      const report = (text: string) => Object.fromEntries(names.map((name) => [name, text]));
      see(devices, 'DU_1', 'attributes', report('x'.repeat(8_000)));
      const held = () =>
        [...(devices.get('DU_1')?.attributes.values() ?? [])].filter(({ value }) => value !== undefined)
          .length;
      should(held()).equal(16);
      see(devices, 'DU_2', 'attributes', report('x'.repeat(1_000)));
      for (let i = 0; i < 2; i += 1) see(devices, 'DU_1', 'attributes', report('small'));
      should(held()).equal(100);
    });
  });
});
