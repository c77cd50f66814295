import should from 'should';
import { bestDevices, choicesOf } from '../../../cloud/devices/best-fitting';
import { bestNames, type NameKind } from '../../../cloud/devices/best-names';
import { createDeviceMemory } from '../../../cloud/devices/device-memory';
import type { DeviceLabels } from '../../../cloud/devices/device-query';
import { see } from './known';

const NO_LABELS: DeviceLabels = { nameOf: () => undefined, tagsOf: () => [] };

describe('the devices that fit best', () => {
  const found = async (search: string, names: string[], labels = NO_LABELS, limit = 3) => {
    const memory = createDeviceMemory();
    for (const [i, name] of names.entries()) see(memory, name, 'alarm', undefined, i);
    const { total, rows } = await bestDevices(memory, labels, search, limit);
    return [total, rows.map(({ device }) => device)];
  };

  it('are the exact one, those that begin with it, those that hold it', async () => {
    const names = ['X_DU_1', 'DU_11', 'du_1', 'DU_1', 'other'];
    should(await found('DU_1', names, NO_LABELS, 9)).eql([4, ['DU_1', 'du_1', 'DU_11', 'X_DU_1']]);
  });

  it('are those that were last heard, where nothing is typed', async () => {
    should(await found('', ['a', 'b', 'c', 'd'])).eql([4, ['d', 'c', 'b']]);
  });

  it('are found by alias and tag as well', async () => {
    const labels: DeviceLabels = {
      nameOf: (device) => (device === 'a' ? 'Pump' : undefined),
      tagsOf: (device) => (device === 'b' ? ['pumps'] : []),
    };
    should(await found('pump', ['a', 'b', 'c'], labels)).eql([2, ['a', 'b']]);
  });

  it('say what is known of them; what is not known is left out', () => {
    const memory = createDeviceMemory();
    see(memory, 'a', 'online', { online: true }, 7);
    see(memory, 'b', 'alarm', undefined, 8);
    const labels: DeviceLabels = { ...NO_LABELS, nameOf: (device) => (device === 'a' ? 'Pump' : undefined) };
    should(choicesOf(memory, labels, ['b', 'never', 'a', '__proto__'])).eql([
      { device: 'b', online: null, lastSeen: 8 },
      { device: 'a', name: 'Pump', online: true, lastSeen: 7 },
    ]);
  });

  it('of 100,000 include the exact one, and let others have their turn', async () => {
    const memory = createDeviceMemory();
    for (let i = 0; i < 100_000; i += 1) see(memory, `DU_${i}`, 'alarm', undefined, i);
    let turns = 0;
    const count = setInterval(() => {
      turns += 1;
    }, 1);
    const { total, rows } = await bestDevices(memory, NO_LABELS, 'du_9', 50);
    clearInterval(count);
    should([total, rows.length, rows[0]?.device, rows[1]?.device]).eql([11_111, 50, 'DU_9', 'DU_99999']);
    should(turns).be.above(0);
  });
});

describe('the names that fit best', () => {
  const memory = createDeviceMemory();
  see(
    memory,
    'DU_1',
    'attributes',
    { t: 1, text: 'x'.repeat(100), on: true, none: null, list: [1], of: { a: 1 } },
    1,
  );
  see(memory, 'DU_2', 'attributes', { t: 2.5, big: 'x'.repeat(20_000) }, 2);
  see(memory, 'DU_3', 'attributes', { t: 0 }, 0);
  see(memory, 'DU_1', 'event_report', { method: 'leak' });
  see(memory, 'DU_1', 'command_reply', { method: 'stop' });
  memory.learn({ device: 'DU_2', channel: 'data', stream: 's' }, Buffer.from('0103', 'hex'), 5, true);
  const find = (
    kinds: NameKind[],
    { search = '', devices = [] as string[], named = [] as string[], limit = 50 },
  ) => bestNames(memory, kinds, devices, { search, named, limit });

  it('have the last value of any of the devices, its type, its time', async () => {
    const { total, rows } = await find(['attributes'], {});
    should(total).equal(7);
    should(rows).eql([
      { kind: 'attributes', name: 'big', type: 'large', at: 2 },
      { kind: 'attributes', name: 'list', type: 'list', value: '[1]', at: 1 },
      { kind: 'attributes', name: 'none', type: 'null', value: 'null', at: 1 },
      { kind: 'attributes', name: 'of', type: 'object', value: '{"a":1}', at: 1 },
      { kind: 'attributes', name: 'on', type: 'boolean', value: 'true', at: 1 },
      { kind: 'attributes', name: 't', type: 'number', value: '2.5', at: 2 },
      { kind: 'attributes', name: 'text', type: 'text', value: `${'x'.repeat(47)}…`, at: 1 },
    ]);
  });

  it('are those of the chosen devices only, the exact one first', async () => {
    const { total, rows } = await find(['attributes'], {
      devices: ['DU_1', 'nobody'],
      search: 't',
      limit: 2,
    });
    should([total, rows.map(({ name, value }) => [name, value])]).eql([
      3,
      [
        ['t', '1'],
        ['text', `${'x'.repeat(47)}…`],
      ],
    ]);
  });

  it('are of the kinds that are asked for', async () => {
    const names = async (...kinds: NameKind[]) =>
      (await find(kinds, {})).rows.map(({ kind, name, ...rest }) => [kind, name, rest]);
    should(await names('commands')).eql([['commands', 'stop', {}]]);
    should(await names('events', 'commands')).eql([
      ['events', 'leak', {}],
      ['commands', 'stop', {}],
    ]);
    should(await names('streams')).eql([['streams', 's', { hex: '0103', length: 2, at: 5 }]]);
  });

  it('say which names have been seen', async () => {
    const named = ['t', 'leak', 'T', '__proto__'];
    should((await find(['attributes'], { named, search: 'nothing like it' })).seen).eql(['t']);
    should((await find(['attributes'], { named, devices: ['DU_9'] })).seen).eql([]);
    should((await find(['events', 'attributes'], { named })).seen).eql(['leak', 't']);
  });

  it('are bounded, whatever devices send', async () => {
    const hostile = createDeviceMemory();
    for (let i = 0; i < 100; i += 1)
      see(
        hostile,
        `DU_${i}`,
        'attributes',
        Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`a${i}_${n}`, n])),
      );
    const { total, rows } = await bestNames(hostile, ['attributes'], [], {
      search: '',
      named: [],
      limit: 50,
    });
    should([total, rows.length]).eql([20_000, 50]);
  });
});
