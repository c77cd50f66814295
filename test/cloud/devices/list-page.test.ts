import should from 'should';
import { createDeviceLists } from '../../../cloud/devices/device-list';
import { createDeviceMemory } from '../../../cloud/devices/device-memory';
import { listWindow, type WindowRequest } from '../../../cloud/devices/list-page';
import { createAliases } from '../../../cloud/protocol/aliases';

describe('a window onto a list of devices', () => {
  const memory = createDeviceMemory();
  const aliases = createAliases({ DU_1: { name: 'Pump', tags: ['north'] }, DU_9: { name: 'Zero' } });
  const lists = createDeviceLists(memory, () => aliases);
  const learn = (device: string, payload: object, now: number) =>
    memory.learn({ device, channel: 'attributes' }, payload, now, true);
  const ask = (request: Partial<WindowRequest> = {}) =>
    listWindow(lists, memory, aliases, {
      search: '',
      state: 'all',
      offset: 0,
      limit: 50,
      version: 0,
      since: 0,
      open: '',
      openSince: 0,
      ...request,
    });

  before(() => {
    learn(
      'DU_1',
      { t: 1, mode: 'auto', long: 'x'.repeat(2_000), huge: 'x'.repeat(20_000), none: null },
      1_000,
    );
    learn('DU_2', { t: 2 }, 2_000);
    learn('DU_3', { t: 3 }, 3_000);
    memory.learn({ device: 'DU_1', channel: 'data', stream: 's' }, undefined, 1_001, true);
    memory.learn({ device: 'DU_2', channel: 'online' }, { online: false }, 2_001, false);
    memory.learn({ device: 'DU_3', channel: 'alarm' }, { alerting: true }, 3_001, false);
  });

  it('has its rows with their places, and how many there are', async () => {
    const { total, devices } = await ask({ offset: 1, limit: 2 });
    should(total).equal(4);
    should(devices).eql([
      { at: 1, device: 'DU_3', online: null, alarm: true, lastSeen: 3_000 },
      { at: 2, device: 'DU_1', name: 'Pump', online: null, alarm: null, lastSeen: 1_001 },
    ]);
    const last = await ask({ offset: 3 });
    should(last.devices).eql([
      { at: 3, device: 'DU_9', name: 'Zero', online: null, alarm: null, lastSeen: null },
    ]);
    should((await ask({ offset: 1_000 })).devices).eql([]);
  });

  it('tells all to whoever asks since a time to come: the clock was set back', async () => {
    const { version, now } = await ask();
    const later = await ask({ version, since: now + 3_600_000, open: 'DU_2', openSince: now + 3_600_000 });
    should(later.devices.length).equal(4);
    should(later.open?.attributes.map(({ name }) => name)).eql(['t']);
  });

  it('tells only what is new to whoever has the same list, and all to others', async () => {
    const { version, now } = await ask();
    should(now).be.above(1e12);
    const newer = async (since: number, of = version) =>
      (await ask({ since, version: of })).devices.map(({ device }) => device);
    should(await newer(3_001)).eql(['DU_3']);
    should(await newer(2_001)).eql(['DU_2', 'DU_3']);
    should(await newer(now)).eql([]);
    should((await newer(now, version - 1)).length).equal(4);
  });

  it('opens a device: what is new of its attributes, in bounded length', async () => {
    const { open } = await ask({ limit: 1, open: 'DU_1' });
    should(open?.attributes).eql([
      { name: 't', at: 1_000, value: 1 },
      { name: 'mode', at: 1_000, value: 'auto' },
      { name: 'long', at: 1_000, text: `"${'x'.repeat(999)}` },
      { name: 'huge', at: 1_000 },
      { name: 'none', at: 1_000, value: null },
    ]);
    should(open).containEql({ device: 'DU_1', name: 'Pump', tags: ['north'], count: 5, streams: ['s'] });
    learn('DU_1', { mode: 'manual' }, 5_000);
    const later = await ask({ open: 'DU_1', openSince: 4_000 });
    should(later.open?.attributes).eql([{ name: 'mode', at: 5_000, value: 'manual' }]);
    should(later.open?.count).equal(5);
  });

  it('opens a device that was never heard, or that nobody knows', async () => {
    for (const device of ['DU_9', 'DU_nobody', '__proto__']) {
      const { open } = await ask({ open: device });
      should(open).containEql({ device, lastSeen: null, count: 0, attributes: [] });
    }
    should('open' in (await ask())).be.false();
  });

  it('of a device with a thousand long attributes has some', async () => {
    learn('DU_2', Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [`a${i}`, 'y'.repeat(200)])), 9);
    const { open } = await ask({ open: 'DU_2' });
    should(open?.count).equal(1_000);
    should(open?.attributes.length).equal(200);
    should(JSON.stringify(open).length).be.below(100_000);
  });
});
