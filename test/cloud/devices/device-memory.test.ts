import should from 'should';
import { createDeviceMemory } from '../../../cloud/devices/device-memory';
import { seenDevices } from '../../../cloud/devices/seen-devices';
import { CHANNELS } from '../../../cloud/protocol/topics';
import { see } from './known';

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
});
