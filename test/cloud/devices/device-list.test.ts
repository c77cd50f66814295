import fc from 'fast-check';
import should from 'should';
import { createDeviceLists, LISTED_STATES, type ListQuery } from '../../../cloud/devices/device-list';
import { createDeviceMemory } from '../../../cloud/devices/device-memory';
import { createAliases } from '../../../cloud/protocol/aliases';

const ALL: ListQuery = { search: '', state: 'all' };

describe('lists of devices', () => {
  function open(table: object = {}) {
    const memory = createDeviceMemory();
    let aliases = createAliases(table);
    let time = 0;
    const lists = createDeviceLists(
      memory,
      () => aliases,
      () => time,
    );
    const hear = (device: string, channel: 'attributes' | 'online' | 'alarm', payload: object, now = 1) =>
      memory.learn({ device, channel }, payload, now, channel === 'attributes');
    return {
      lists,
      memory,
      hear,
      names: async (query: Partial<ListQuery> = {}) => [...(await lists.list({ ...ALL, ...query })).names],
      version: async (query: Partial<ListQuery> = {}) => (await lists.list({ ...ALL, ...query })).version,
      pass: (milliseconds: number) => {
        time += milliseconds;
      },
      rename: (others: object) => {
        aliases = createAliases(others);
      },
    };
  }

  it('are in the order of what people call the devices, with those that were never heard', async () => {
    const { hear, names } = open({
      DU_3: { name: 'boiler' },
      DU_9: { name: 'Attic' },
      DU_8: { tags: ['x'] },
    });
    for (const device of ['DU_3', 'DU_2', 'DU_10', 'DU_1']) hear(device, 'attributes', { a: 1 });
    should(await names()).eql(['DU_9', 'DU_3', 'DU_1', 'DU_10', 'DU_2', 'DU_8']);
  });

  it('are of a state', async () => {
    const { hear, names } = open({ DU_never: { name: 'Never' } });
    hear('DU_on', 'online', { online: true });
    hear('DU_off', 'online', { online: false });
    hear('DU_back', 'online', { online: false }, 1);
    hear('DU_back', 'attributes', { a: 1 }, 2);
    hear('DU_alarm', 'alarm', { alerting: true });
    hear('DU_over', 'alarm', { alerting: false });
    should(await names({ state: 'online' })).eql(['DU_back', 'DU_on']);
    should(await names({ state: 'offline' })).eql(['DU_off']);
    should(await names({ state: 'alarm' })).eql(['DU_alarm']);
    should(await names({ state: 'unheard' })).eql(['DU_never']);
  });

  it('are others when a device has another name, also in the same order', async () => {
    const { hear, version, rename } = open({ DU_1: { name: 'Pump' } });
    hear('DU_1', 'attributes', { a: 1 });
    const before = await version();
    rename({ DU_1: { name: 'Pumpe' } });
    should(await version()).not.equal(before);
  });

  it('find a part of a username, an alias or a tag, in any case', async () => {
    const { hear, names } = open({ DU_1: { name: 'Pump 1', tags: ['North'] }, DU_2: { tags: ['north'] } });
    for (const device of ['DU_1', 'DU_2', 'DU_3']) hear(device, 'attributes', {});
    should(await names({ search: 'pUMP' })).eql(['DU_1']);
    should(await names({ search: '#north' })).eql(['DU_2', 'DU_1']);
    should(await names({ search: 'du_3' })).eql(['DU_3']);
    should(await names({ search: 'DU_3', state: 'online' })).eql([]);
  });

  it('are made anew when a device comes, aliases change, or a state may have changed, and not before', async () => {
    const { hear, names, version, pass, rename } = open();
    hear('DU_1', 'online', { online: true });
    const first = await version();
    should(await names({ state: 'offline' })).eql([]);
    hear('DU_1', 'online', { online: false });
    should(await names({ state: 'offline' })).eql([]);
    pass(1_001);
    should(await names({ state: 'offline' })).eql(['DU_1']);
    should(await version()).equal(first);
    hear('DU_2', 'attributes', {});
    should(await names()).eql(['DU_1', 'DU_2']);
    const second = await version();
    should(second).be.above(first);
    rename({ DU_1: { name: 'Z' } });
    should(await names()).eql(['DU_2', 'DU_1']);
    should(await version()).be.above(second);
  });

  it('are shared by those who ask at the same time', async () => {
    const { hear, lists } = open();
    for (let i = 0; i < 3_000; i += 1) hear(`DU_${i}`, 'attributes', {});
    const [one, other] = await Promise.all([lists.list(ALL), lists.list({ ...ALL })]);
    should(one?.version).equal(other?.version);
    should(one?.names.length).equal(3_000);
  });

  it('law: every device that fits is in it once, in order', async () => {
    const devices = fc.uniqueArray(fc.stringMatching(/^DU_[a-c0-2]{1,4}$/), { maxLength: 40 });
    const heard = fc.record({
      devices,
      named: devices,
      state: fc.constantFrom(...LISTED_STATES),
      search: fc.stringMatching(/^[a-c]?$/),
    });
    await fc.assert(
      fc.asyncProperty(heard, async ({ devices: all, named, state, search }) => {
        const { hear, names, memory } = open(
          Object.fromEntries(named.map((each) => [each, { name: `n ${each}` }])),
        );
        for (const [i, device] of all.entries()) {
          if (i % 3 === 0) hear(device, 'online', { online: i % 2 === 0 });
          else if (i % 3 === 1) hear(device, 'alarm', { alerting: i % 2 === 0 });
          else hear(device, 'attributes', {});
        }
        const found = await names({ state, search });
        should(new Set(found).size).equal(found.length);
        const key = (device: string) => (named.includes(device) ? `n ${device}` : device).toLowerCase();
        should(found.map(key)).eql(found.map(key).sort());
        const fits = (device: string) => {
          const { online, alarm } = memory.get(device) ?? { online: null, alarm: null };
          const is = {
            all: true,
            online: online === true,
            offline: online === false,
            alarm: alarm === true,
            unheard: !memory.get(device),
          };
          return is[state] && device.toLowerCase().includes(search);
        };
        should(found.length).equal([...new Set([...all, ...named])].filter(fits).length);
      }),
      { numRuns: 60 },
    );
  });
});
