import should from 'should';
import { createAttributeValues } from '../../../cloud/devices/attribute-values';
import { createDeviceMemory, type LearningMemory } from '../../../cloud/devices/device-memory';
import { memoryPage } from '../../../cloud/devices/memory-page';
import { createNameLists } from '../../../cloud/devices/name-lists';
import { RememberedDevice } from '../../../cloud/devices/remembered-device';
import { linesOf } from '../../../cloud/devices/snapshot';
import { createSnapshotReader } from '../../../cloud/devices/snapshot-reader';
import { createStreamData } from '../../../cloud/devices/stream-data';

describe('the last message of a data stream', () => {
  const send = (memory: LearningMemory, stream: string, bytes: Buffer | undefined, now = 5) =>
    memory.learn({ device: 'DU_1', channel: 'data', stream }, bytes, now, true);
  const dataOf = (memory: LearningMemory) => memory.get('DU_1')?.lastData;
  function restored(lines: Iterable<string>) {
    const memory = createDeviceMemory();
    const reader = createSnapshotReader(memory, 'PR_1');
    for (const line of lines) reader.line(line);
    reader.end();
    return memory;
  }

  it('is known by its first 32 bytes, its length and its time', () => {
    const memory = createDeviceMemory();
    const bytes = Buffer.from(Array.from({ length: 100 }, (_, i) => 255 - i));
    send(memory, 'a', Buffer.from('old'), 1);
    send(memory, 'a', bytes, 2);
    send(memory, 'b', Buffer.alloc(0), 3);
    send(memory, 'c', undefined, 4);
    const first = bytes.subarray(0, 32).toString('latin1');
    should(dataOf(memory)).eql([
      { at: 2, bytes: first, length: 100 },
      { at: 3, bytes: '', length: 0 },
      undefined,
    ]);
  });

  it('is not held for a stream beyond the first 100, nor for other types', () => {
    const memory = createDeviceMemory();
    for (let i = 0; i < 150; i += 1) send(memory, `s${i}`, Buffer.from('x'));
    memory.learn({ device: 'DU_1', channel: 'alarm' }, Buffer.from('x'), 1, true);
    should(dataOf(memory)).have.length(100);
  });

  it('survives a restart, also where a stream has none', () => {
    const memory = createDeviceMemory();
    send(memory, 'a', undefined, 1);
    send(memory, 'b', Buffer.from([0, 1, 128, 255]), 2);
    should(dataOf(restored(linesOf(memory, 'PR_1')))).eql(dataOf(memory));
  });

  it('is missing after a restart with what an earlier version has written', () => {
    const memory = createDeviceMemory();
    send(memory, 'a', Buffer.from('x'));
    const earlier = [...linesOf(memory, 'PR_1')].map((line) => line.replace(/"data":\[\[.*?\]\],/, ''));
    should(earlier.join('')).not.containEql('"data":');
    should(dataOf(restored(earlier))).eql([undefined]);
  });

  for (const data of ['5', '[5]', '[["eA==","1",0]]', '[[5,1,0]]', '[["eA==",1]]'])
    it(`in a file that holds ${data} in its place is not taken over, nor is the file`, () => {
      const memory = createDeviceMemory();
      send(memory, 'a', Buffer.from('x'));
      const lines = [...linesOf(memory, 'PR_1')].map((line) =>
        line.replace(/\[\["eA==",1,0\]\]/, () => data),
      );
      should(lines.join('')).containEql(`"data":${data}`);
      should(() => restored(lines)).throw(/unexpected/);
    });

  it('stands in the page of the memory', async () => {
    const memory = createDeviceMemory();
    send(memory, 'a', Buffer.from('0103', 'hex'), 5);
    send(memory, 'b', undefined);
    const labels = { nameOf: () => undefined, tagsOf: () => [] };
    const { devices } = await memoryPage(memory, labels, { search: '', after: '', limit: 5 });
    should(devices[0]).containEql({
      streams: ['a', 'b'],
      data: [{ stream: 'a', hex: '0103', length: 2, at: 5 }],
    });
  });

  it('counts in what is held of its device, and is given back with it', () => {
    const budget = { left: 1_000 };
    const lists = createNameLists(budget);
    const device = new RememberedDevice('DU_1', 1, lists.none);
    device.streamNames = lists.extend(lists.none, ['a', 'b', 'c', 'd', 'e', 'f']) ?? lists.none;
    const data = createStreamData(budget);
    const before = budget.left;
    for (const stream of ['f', 'a', 'a', 'b', 'c', 'd', 'e', 'nowhere'])
      data.set(device, stream, Buffer.from(stream), 1);
    should(device.lastData.map((each) => each?.bytes)).eql(['a', 'b', undefined, undefined, undefined, 'f']);
    should([device.held, budget.left]).eql([480, before - 480]);
    createAttributeValues(lists, budget).release(device);
    should(budget.left).equal(before);
  });
});
