import type { IConnackPacket } from 'mqtt-packet';
import should from 'should';
import { describe as describeConnack } from '../../../cloud/transport/packets';

describe('CONNACK', () => {
  const window = (receiveMaximum: number | undefined, held: number) => {
    const properties = receiveMaximum === undefined ? {} : { receiveMaximum };
    const connack: IConnackPacket = { cmd: 'connack', sessionPresent: true, reasonCode: 0, properties };
    return describeConnack(connack, 5, held).receiveMaximum;
  };

  it('leaves packet identifiers to SUBSCRIBE, and to what the session still holds', () => {
    should(window(20, 0)).equal(20);
    should(window(20, 40_000)).equal(20);
    should(window(undefined, 40_000)).be.belowOrEqual(65_535 - 40_000);
    should(window(undefined, 65_000)).equal(1);
  });
});
