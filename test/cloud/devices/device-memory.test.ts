import should from 'should';
import { createDeviceMemory, type LearningMemory } from '../../../cloud/devices/device-memory';
import { seenDevices } from '../../../cloud/devices/seen-devices';
import { CHANNELS, type Channel } from '../../../cloud/protocol/topics';

const see = (devices: LearningMemory, device: string, channel: Channel, payload: unknown, now = 1) =>
  devices.learn({ device, channel }, payload, now, true);

describe('devices', () => {
  it('are learned from what they send', () => {
    const devices = createDeviceMemory();
    see(devices, 'DU_1', 'attributes', { b: 1, a: 2 }, 1);
    see(devices, 'DU_1', 'attributes', { a: 3, c: 4 }, 2);
    see(devices, 'DU_1', 'event_report', { method: 'm', params: {} }, 3);
    see(devices, 'DU_1', 'command_reply', { method: 'n', params: {}, id: 1 }, 4);
    devices.learn({ device: 'DU_1', channel: 'data', stream: 's1' }, undefined, 5, true);
    see(devices, 'DU_1', 'online', { online: true }, 6);
    seenDevices(devices).should.eql([
      {
        device: 'DU_1',
        online: true,
        lastSeen: 6,
        attributes: ['b', 'a', 'c'],
        streams: ['s1'],
        methods: ['m', 'n'],
      },
    ]);
  });

  it('are online only as the last online message said', () => {
    const devices = createDeviceMemory();
    see(devices, 'DU_1', 'attributes', { online: true, method: 'x' });
    see(devices, 'DU_1', 'alarm', { alerting: true, online: true, method: 'x' });
    should(seenDevices(devices)[0]).eql({
      device: 'DU_1',
      lastSeen: 1,
      attributes: ['online', 'method'],
      streams: [],
      methods: [],
    });
    see(devices, 'DU_1', 'online', { online: false, method: 'x' });
    should(seenDevices(devices)[0]).have.properties({ online: false, methods: [] });
  });

  it('are listed with the last seen first, in the order of their coming where that is equal', () => {
    const devices = createDeviceMemory();
    for (const [i, device] of ['a', 'b', 'c', 'd'].entries())
      see(devices, device, 'alarm', undefined, i === 0 ? 9 : 5);
    see(devices, 'c', 'alarm', undefined, 7);
    seenDevices(devices)
      .map(({ device }) => device)
      .should.eql(['a', 'c', 'b', 'd']);
  });

  it('may be called anything, and send anything', () => {
    const devices = createDeviceMemory();
    for (const name of ['__proto__', 'constructor', '<img onerror=x>']) {
      for (const channel of CHANNELS) {
        for (const payload of [undefined, null, 5, 'x', [1], {}, { method: 5 }, Buffer.from('x')]) {
          see(devices, name, channel, payload);
        }
      }
    }
    seenDevices(devices)
      .map(({ device }) => device)
      .should.eql(['__proto__', 'constructor', '<img onerror=x>']);
    should(seenDevices(devices)[0]).have.properties({ attributes: ['method'], streams: [], methods: [] });
  });

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

  it('are not heard by what the broker retained or this connection pushed', () => {
    const devices = createDeviceMemory(2);
    see(devices, 'a', 'alarm', undefined, 1);
    see(devices, 'b', 'alarm', undefined, 2);
    devices.learn({ device: 'a', channel: 'attributes' }, { x: 1 }, 3, false);
    should(devices.get('a')).have.properties({ lastSeen: 1 });
    should(devices.get('a')?.attributes.get('x')).eql({ value: 1, at: 3, previous: undefined });
    see(devices, 'c', 'alarm', undefined, 4);
    should([...devices.all()].map(({ device }) => device)).deepEqual(['b', 'c']);
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

  it('have an attribute with value, time and previous value', () => {
    const devices = createDeviceMemory();
    const values = [1, 'text', { a: [1] }, null, true, 2.5, -0, 'a', 3];
    for (const [i, value] of values.entries()) {
      see(devices, 'DU_1', 'attributes', { other: 'x', a: value }, i);
      const before = i === 0 ? undefined : values[i - 1];
      const known = (each: unknown) => (each === 0 ? 0 : each);
      should(devices.get('DU_1')?.attributes.get('a')).eql({
        value: known(value),
        at: i,
        previous: known(before),
      });
    }
  });

  it('keep what they sent, whatever becomes of the message', () => {
    const devices = createDeviceMemory();
    const payload = { a: { b: [1] } };
    see(devices, 'DU_1', 'attributes', payload);
    payload.a.b.push(2);
    should(devices.get('DU_1')?.attributes.get('a')?.value).eql({ b: [1] });
  });

  it('have attributes like a map', () => {
    const devices = createDeviceMemory();
    const names = ['b', '__proto__', '10', 'constructor', ...Array.from({ length: 20 }, (_, i) => `n${i}`)];
    const payload = JSON.parse(`{${names.map((name, i) => `"${name}":${i}`)}}`) as object;
    see(devices, 'DU_1', 'attributes', payload, 5);
    see(devices, 'DU_1', 'attributes', { n19: 'x', b: 'y' }, 6);
    const attributes = devices.get('DU_1')?.attributes;
    const known = new Map(
      Object.entries(payload).map(([name, value]) => [name, { value: value as unknown, at: 5 }]),
    );
    known.set('n19', { value: 'x', at: 6 });
    known.set('b', { value: 'y', at: 6 });
    should(attributes?.size).equal(24);
    should([...(attributes ?? [])].map(([name, { value, at }]) => [name, { value, at }])).eql([...known]);
    should([...(attributes?.keys() ?? [])]).eql([...known.keys()]);
    should([...(attributes?.values() ?? [])].map(({ value }) => value)).eql(
      [...known.values()].map(({ value }) => value),
    );
    const each: string[] = [];
    attributes?.forEach((_, name) => {
      each.push(name);
    });
    should(each).eql([...known.keys()]);
    should([attributes?.has('n19'), attributes?.has('toString'), attributes?.get('n20')]).eql([
      true,
      false,
      undefined,
    ]);
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
