import should from 'should';
import { EztError } from '../../cloud/protocol/errors';
import { createWarnings } from '../../cloud/warnings';

describe('warnings', () => {
  it('come once for each matter, and are not even made again', () => {
    const given: string[] = [];
    let made = 0;
    const warnOnce = createWarnings(({ reason }) => given.push(reason));
    const warning = () => {
      made += 1;
      return new EztError('noSubscribers');
    };
    for (const about of ['a', 'b', 'a', 'b', '__proto__']) warnOnce(about, warning);
    should([given.length, made]).deepEqual([3, 3]);
  });

  it('go nowhere where nobody asked for them', () => {
    createWarnings(undefined)('a', () => new EztError('noSubscribers'));
  });
});
