import should from 'should';
import { createDeviceMemory } from '../../../cloud/devices/device-memory';
import type { DeviceLabels } from '../../../cloud/devices/device-query';
import { memoryPage, type PageRequest } from '../../../cloud/devices/memory-page';

describe('a page of the device memory', () => {
  const NO_LABELS: DeviceLabels = { nameOf: () => undefined, tagsOf: () => [] };
  const ask = (request: Partial<PageRequest>): PageRequest => ({
    search: '',
    after: '',
    limit: 10,
    ...request,
  });
  function memoryOf(...devices: string[]) {
    const memory = createDeviceMemory();
    for (const device of devices) memory.learn({ device, channel: 'alarm' }, { alerting: true }, 5, true);
    return memory;
  }

  it('has everything that is known of a device', async () => {
    const memory = createDeviceMemory();
    const now = Date.now() - 1_000;
    memory.learn({ device: 'DU_1', channel: 'attributes' }, { a: { b: 1 }, c: null }, now, true);
    memory.learn({ device: 'DU_1', channel: 'online' }, { online: false }, now, true);
    memory.learn({ device: 'DU_1', channel: 'event_report' }, { method: 'e' }, now, true);
    memory.learn({ device: 'DU_1', channel: 'command_reply' }, { method: 'c' }, now, true);
    memory.learn({ device: 'DU_1', channel: 'data', stream: 's' }, undefined, now, true);
    const labels: DeviceLabels = { nameOf: () => 'Boiler', tagsOf: () => [] };
    const { total, devices } = await memoryPage(memory, labels, ask({}));
    const row = Object(devices[0]) as { age: number };
    should([total, row]).eql([
      1,
      {
        known: true,
        age: row.age,
        device: 'DU_1',
        name: 'Boiler',
        online: false,
        alarm: null,
        lastSeen: now,
        attributes: { a: { b: 1 }, c: null },
        times: { a: now, c: now },
        streams: ['s'],
        events: ['e'],
        commands: ['c'],
      },
    ]);
    should(row.age).be.within(1_000, 60_000);
  });

  it('leads to all devices, each once, in order, whatever its length', async () => {
    const names = Array.from({ length: 100 }, (_, i) => `DU_${(i * 37) % 100}`);
    const memory = memoryOf(...names, '__proto__');
    for (const limit of [1, 7, 100, 101, 500]) {
      const found: string[] = [];
      let after: string | undefined = '';
      while (after !== undefined) {
        const page = await memoryPage(memory, NO_LABELS, ask({ after, limit }));
        should(page.total).equal(101);
        should(page.devices.length).be.belowOrEqual(limit);
        found.push(...page.devices.map(({ device }) => device));
        after = page.next;
      }
      should(found).eql([...names, '__proto__'].sort());
    }
  });

  it('holds what is searched for, in username, alias or tag', async () => {
    const memory = memoryOf('DU_a', 'DU_b', 'DU_c');
    const labels: DeviceLabels = {
      nameOf: (device) => (device === 'DU_b' ? 'Boiler A' : undefined),
      tagsOf: (device) => (device === 'DU_c' ? ['floor', 'TOA'] : []),
    };
    const found = async (search: string) =>
      (await memoryPage(memory, labels, ask({ search }))).devices.map(({ device }) => device);
    should(await found('du_A')).eql(['DU_a']);
    should(await found('boiler')).eql(['DU_b']);
    should(await found('oa')).eql(['DU_c']);
    should(await found('.*')).eql([]);
  });

  it('is short where devices are large', async () => {
    const memory = createDeviceMemory();
    const attributes = Object.fromEntries(Array.from({ length: 15 }, (_, i) => [`a${i}`, 'x'.repeat(8_000)]));
    for (let i = 0; i < 50; i += 1)
      memory.learn({ device: `DU_${i}`, channel: 'attributes' }, attributes, 1, true);
    const { devices, next } = await memoryPage(memory, NO_LABELS, ask({ limit: 50 }));
    should(devices.length).be.within(8, 10);
    should(next).equal(devices.at(-1)?.device);
  });

  it('of 100,000 devices lets others have their turn', async () => {
    const memory = createDeviceMemory();
    for (let i = 0; i < 100_000; i += 1)
      memory.learn({ device: `DU_${i}`, channel: 'alarm' }, undefined, i, true);
    let turns = 0;
    const count = setInterval(() => {
      turns += 1;
    }, 1);
    const { total, devices } = await memoryPage(memory, NO_LABELS, ask({ search: 'DU_9' }));
    clearInterval(count);
    should([total, devices.length]).eql([11_111, 10]);
    should(turns).be.above(0);
  });
});
