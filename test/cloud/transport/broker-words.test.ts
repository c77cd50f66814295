import should from 'should';
import { quote } from '../../../cloud/transport/broker-words';

describe('what a broker adds to a reason code', () => {
  it('is quoted, the server first', () => {
    should(quote({ reasonString: 'go there', serverReference: 'other:7885' })).equal(
      ': other:7885: go there',
    );
    should([quote(), quote({ reasonString: '' })]).deepEqual(['', '']);
  });

  it('neither forges a log line nor fills it', () => {
    const text = quote({ reasonString: `a\nb${'c'.repeat(10_000)}` });
    should(text).not.match(/\n/);
    should(text.length).be.below(250);
  });
});
