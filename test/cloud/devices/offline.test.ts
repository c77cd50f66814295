import should from 'should';
import { createDeviceMemory } from '../../../cloud/devices/device-memory';
import { isOffline } from '../../../cloud/devices/offline';

describe('a device is known to be offline', () => {
  it('from a message that says so until anything is heard of it', () => {
    const memory = createDeviceMemory();
    const is = () => isOffline(memory, 'DU_1');
    const online = (value: boolean, now: number, alive = value) =>
      memory.learn({ device: 'DU_1', channel: 'online' }, { online: value }, now, alive);
    should(is()).be.false();
    memory.learn({ device: 'DU_1', channel: 'attributes' }, { t: 1 }, 1, true);
    should(is()).be.false();
    online(false, 2);
    should(is()).be.true();
    memory.learn({ device: 'DU_1', channel: 'attributes' }, { t: 1 }, 3, false); // a push of ours
    should(is()).be.true();
    memory.learn({ device: 'DU_1', channel: 'attributes' }, { t: 2 }, 4, true);
    should(is()).be.false();
    online(false, 5);
    should(is()).be.true();
    online(true, 6);
    should(is()).be.false();
  });
});
