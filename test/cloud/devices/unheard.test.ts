import fc from 'fast-check';
import should from 'should';
import { createNameLists } from '../../../cloud/devices/name-lists';
import { RememberedDevice } from '../../../cloud/devices/remembered-device';
import { byHearing, createUnheard } from '../../../cloud/devices/unheard';

const { none } = createNameLists({ left: 0 });
const heard = (...times: number[]) => times.map((time, i) => new RememberedDevice(`DU_${i}`, time, none));

describe('devices by when they were heard', () => {
  it('are the first of all in that order, those of the same time in the order of their coming', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 60 }),
        fc.integer({ min: 1, max: 70 }),
        (times, count) => {
          const devices = heard(...times);
          const sorted = [...devices].sort((a, b) => a.lastSeen - b.lastSeen);
          should(byHearing(devices, count, 'longestAgo')).eql(sorted.slice(0, count));
          const latest = [...devices].sort((a, b) => b.lastSeen - a.lastSeen);
          should(byHearing(devices, count, 'latest')).eql(latest.slice(0, count));
        },
      ),
    );
  });
});

describe('the device to forget', () => {
  it('is the longest unheard that no node names; one that is heard meanwhile has its turn later', () => {
    const devices = new Map(heard(5, 1, 3, 2, 4).map((device) => [device.device, device]));
    const of = (name: string) => devices.get(name) as RememberedDevice;
    of('DU_1').kept = 1;
    const unheard = createUnheard(devices);
    const take = () => {
      const { device = 'none' } = unheard.take() ?? {};
      devices.delete(device);
      return device;
    };
    should(take()).equal('DU_3');
    of('DU_2').numbers[0] = 9;
    should([take(), take(), take()]).deepEqual(['DU_4', 'DU_0', 'DU_2']);
    should(take()).equal('none');
    of('DU_1').kept = 0;
    unheard.changed();
    should(take()).equal('DU_1');
  });

  it('is not looked for again and again where a node names every device', () => {
    let looks = 0;
    const [device] = heard(1) as [RememberedDevice];
    device.kept = 1;
    class Counted extends Map<string, RememberedDevice> {
      override values() {
        looks += 1;
        return super.values();
      }
    }
    const unheard = createUnheard(new Counted([['DU_0', device]]));
    for (let i = 0; i < 10; i += 1) should(unheard.take()).be.undefined();
    should(looks).equal(1);
  });
});
