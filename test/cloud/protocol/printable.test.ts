import fc from 'fast-check';
import should from 'should';
import { EztError } from '../../../cloud';
import { printable } from '../../../cloud/protocol/printable';

describe('printable', () => {
  const texts: [string, string][] = [
    ['plain, 中文, é, 😀', 'plain, 中文, é, 😀'],
    ['a\r\n[error] b', 'a\\u000d\\u000a[error] b'],
    ['\u001b[2J\u009b', '\\u001b[2J\\u009b'],
    ['\u2028\u2029\u200b\ufeff\u202e', '\\u2028\\u2029\\u200b\\ufeff\\u202e'],
    ['\ud800', '\\ud800'],
  ];
  for (const [text, written] of texts) {
    it(`writes ${JSON.stringify(text)} as ${JSON.stringify(written)}`, () => {
      printable(text).should.equal(written);
    });
  }

  it('is one line, harmless and no longer than asked for, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.nat(300), (text, max) => {
        const written = printable(text, max);
        written.length.should.be.belowOrEqual(max);
        written.should.not.match(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
      }),
    );
  });

  it('is what errors show of their parameters, in any language', () => {
    const error = new EztError('replyTimeout', { device: 'DU_1\n[error] forged', seconds: 1 });
    error.message.should.equal('No reply from DU_1\\u000a[error] forged within 1 s.');
    should(error.params).eql({ device: 'DU_1\\u000a[error] forged', seconds: 1 });
  });
});
