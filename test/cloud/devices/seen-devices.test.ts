import should from 'should';
import { createDeviceMemory } from '../../../cloud/devices/device-memory';
import { seenDevices } from '../../../cloud/devices/seen-devices';

describe('the list of devices for pickers', () => {
  it('is bounded, however many names the devices make up', () => {
    const memory = createDeviceMemory();
    const names = Array.from({ length: 1_000 }, (_, i) => [`${'n'.repeat(120)}${i}`, i]);
    for (let i = 0; i < 40; i += 1)
      memory.learn({ device: `DU_${i}`, channel: 'attributes' }, Object.fromEntries(names), i, true);
    const seen = seenDevices(memory);
    should(JSON.stringify(seen).length).be.within(2_000_000, 2_200_000);
    should(seen[0]).have.property('device', 'DU_39'); // the last one heard comes first
    should(seen[0]?.attributes.length).equal(1_000);
  });
});
