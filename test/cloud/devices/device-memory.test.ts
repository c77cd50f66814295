import should from 'should';
import { createDeviceMemory, type LearningMemory, seenDevices } from '../../../cloud/devices/device-memory';
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

  it('are 10,000 at most, those last seen', () => {
    const devices = createDeviceMemory();
    for (let i = 0; i < 100_000; i += 1) see(devices, `DU_${i}`, 'alarm', undefined, i);
    const list = seenDevices(devices);
    list.length.should.be.within(9000, 10_000);
    should(list[0]?.device).equal('DU_99999');
    should(list.at(-1)?.lastSeen).equal(100_000 - list.length);
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

  it('keep a hundred names of each kind, none of them long', () => {
    const devices = createDeviceMemory();
    const many = (prefix: string) => Array.from({ length: 1000 }, (_, i) => `${prefix}${i}`);
    const long = 'x'.repeat(129);
    see(devices, 'DU_1', 'attributes', {
      [long]: 1,
      ...Object.fromEntries(many('a').map((name) => [name, 1])),
    });
    for (const stream of [long, ...many('s')])
      devices.learn({ device: 'DU_1', channel: 'data', stream }, undefined, 1, true);
    for (const method of [long, ...many('m')]) see(devices, 'DU_1', 'event_report', { method });
    const [one] = seenDevices(devices);
    should(one?.attributes).eql(many('a').slice(0, 100));
    should(one?.streams).eql(many('s').slice(0, 100));
    should(one?.methods).eql(many('m').slice(0, 100));
    see(devices, long, 'alarm', undefined);
    seenDevices(devices).length.should.equal(1);
  });
});
