import should from 'should';
import { canReadGb18030, decodeGb18030 } from '../../../cloud/protocol/gb18030';

describe('GB18030', () => {
  it('is read, of two bytes a character as GBK and of four, without a byte-order mark', () => {
    should(canReadGb18030()).be.true();
    should(decodeGb18030(Buffer.from('cec2b6c8', 'hex'))).equal('温度');
    should(decodeGb18030(Buffer.from('9439fc36', 'hex'))).equal('😀');
    should(decodeGb18030(Buffer.from('84319533', 'hex'))).equal('');
    should(decodeGb18030(Buffer.from('84319533cec2', 'hex'))).equal('温');
    should(decodeGb18030(Buffer.from('plain'))).equal('plain');
  });

  it('is refused where it is something else', () => {
    for (const bytes of ['ff', 'ce', '81308130ff'].map((hex) => Buffer.from(hex, 'hex')))
      should(() => decodeGb18030(bytes)).throw('not GB18030');
  });

  it('is read after a failure, too', () => {
    should(() => decodeGb18030(Buffer.from('ce', 'hex'))).throw();
    should(decodeGb18030(Buffer.of())).equal('');
    should(decodeGb18030(Buffer.from('cec2', 'hex'))).equal('温');
  });
});
