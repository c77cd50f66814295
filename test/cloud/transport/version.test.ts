import should from 'should';
import type { Refusal, Trouble } from '../../../cloud/transport/reason-codes';
import { chooseVersion, provesVersion5 } from '../../../cloud/transport/version';

const refusal = (trouble: Trouble): Refusal => ({ trouble, detail: '' });

describe('MQTT version', () => {
  it('5 at first; 3.1.1 at once when the broker says that it does not know 5, and that is no guess', () => {
    const choice = chooseVersion('auto');
    should(choice.version).equal(5);
    should(choice.ended(refusal('protocol'), false)).be.true();
    should([choice.version, choice.guessed]).deepEqual([4, false]);
  });

  it('a broker that just hangs up is taken to know 3.1.1 only the second time in a row', () => {
    const choice = chooseVersion('auto');
    const ends = (['lost', 'timeout', 'lost', 'lost'] as const).map((trouble) =>
      choice.ended(refusal(trouble), false),
    );
    should(ends).deepEqual([false, false, false, true]);
    should([choice.version, choice.guessed]).deepEqual([4, true]);
  });

  it('whatever ends 3.1.1, the next attempt is 5', () => {
    const choice = chooseVersion('auto');
    choice.ended(refusal('protocol'), false);
    should(choice.ended(refusal('lost'), true)).be.false();
    should(choice.version).equal(5);
  });

  it('a version that was chosen stays', () => {
    for (const [protocol, version] of [['5', 5] as const, ['3.1.1', 4] as const]) {
      const choice = chooseVersion(protocol);
      for (let i = 0; i < 3; i += 1) should(choice.ended(refusal('protocol'), false)).be.false();
      should(choice.version).equal(version);
    }
  });

  it('a connection, or an answer that only a CONNACK can give, shows that a broker knows 5', () => {
    should([undefined, refusal('credentials'), refusal('lost')].map(provesVersion5)).deepEqual([
      true,
      true,
      false,
    ]);
  });
});
