import should from 'should';
import { fitsField, isClientId, MAX_FIELD } from '../../../cloud/protocol/connect-field';

describe('fields of CONNECT', () => {
  it('hold 65,535 bytes of UTF-8', () => {
    should([fitsField(''), fitsField('x'.repeat(MAX_FIELD))]).deepEqual([true, true]);
    should(fitsField('x'.repeat(MAX_FIELD + 1))).be.false();
    should([fitsField('温'.repeat(21_845)), fitsField('温'.repeat(21_846))]).deepEqual([true, false]);
  });

  it('a client id is text that no broker hangs up on', () => {
    for (const id of ['', 'node-red', '温度 1', '😀']) should(isClientId(id)).be.true();
    for (const id of ['a\0', 'a\n', '\u007f', '\ud800', '\ufdd0', '\u{1fffe}', 'x'.repeat(MAX_FIELD + 1)])
      should(isClientId(id)).be.false();
    for (const id of [undefined, null, 5, {}, []]) should(isClientId(id)).be.false();
  });
});
