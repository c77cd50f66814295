import should from 'should';
import {
  describeCode,
  formatCode,
  needsAPerson,
  refusalOfCode,
  refusalOfDisconnect,
  refusalOfError,
  type Trouble,
} from '../../../cloud/transport/reason-codes';
import { subscriptionTrouble } from '../../../cloud/transport/subscription-trouble';

const failure = (code: string | number | undefined, message: string) =>
  Object.assign(new Error(message), { code });

/** By code of CONNACK or DISCONNECT: the trouble, and whether a person has to mend it. */
const CODES: [number, Trouble, boolean][] = [
  [1, 'protocol', true],
  [2, 'clientId', true],
  [3, 'busy', false],
  [4, 'credentials', true],
  [5, 'unauthorized', true],
  [0x80, 'lost', false],
  [0x81, 'lost', false],
  [0x82, 'lost', false],
  [0x83, 'lost', false],
  [0x84, 'protocol', true],
  [0x85, 'clientId', true],
  [0x86, 'credentials', true],
  [0x87, 'unauthorized', true],
  [0x88, 'busy', false],
  [0x89, 'busy', false],
  [0x8a, 'banned', true],
  [0x8b, 'busy', false],
  [0x8c, 'credentials', true],
  [0x8d, 'timeout', false],
  [0x8e, 'takenOver', false],
  [0x8f, 'lost', false],
  [0x90, 'lost', false],
  [0x91, 'lost', false],
  [0x92, 'lost', false],
  [0x93, 'lost', false],
  [0x94, 'lost', false],
  [0x95, 'lost', false],
  [0x96, 'busy', false],
  [0x97, 'busy', false],
  [0x98, 'kicked', false],
  [0x99, 'lost', false],
  [0x9a, 'lost', false],
  [0x9b, 'lost', false],
  [0x9c, 'moved', false],
  [0x9d, 'moved', false],
  [0x9e, 'lost', false],
  [0x9f, 'busy', false],
  [0xa0, 'lost', false],
  [0xa1, 'lost', false],
  [0xa2, 'lost', false],
];

/** The reason codes of MQTT 5 §2.4 that tell of a failure have no gap between these two. */
const FIRST_FAILURE = 0x80;
const LAST_FAILURE = 0xa2;

describe('refusals', () => {
  for (const [code, trouble, slow] of CODES) {
    it(`take ${formatCode(code)} as ${trouble}`, () => {
      const refusal = refusalOfCode(code);
      refusal.trouble.should.equal(trouble);
      const hint = trouble === 'unauthorized' ? ': check project key and secret' : '';
      refusal.detail.should.equal(`${describeCode(code)}${hint} (${formatCode(code)})`);
      refusal.detail.should.not.startWith('unknown');
      needsAPerson(refusal).should.equal(slow);
      refusalOfError(failure(code, 'x')).should.eql(refusal);
    });
  }

  it('say after CONNACK 0x87 that key and secret may be wrong, after DISCONNECT 0x87 only that it was refused', () => {
    refusalOfCode(0x87).detail.should.match(/key and secret/);
    const denied = refusalOfDisconnect(0x87);
    denied.should.eql({ trouble: 'lost', detail: 'not authorized (0x87)' });
    needsAPerson(denied).should.be.false();
    refusalOfDisconnect(0x8e).trouble.should.equal('takenOver');
  });

  it('hold what the broker adds: another server, its own words', () => {
    const said = { serverReference: 'eu.example:7885', reasonString: 'maintenance until 6' };
    refusalOfCode(0x9d, said).detail.should.equal(
      'server moved (0x9D): eu.example:7885: maintenance until 6',
    );
    refusalOfDisconnect(0x9c, said).detail.should.equal(
      'use another server (0x9C): eu.example:7885: maintenance until 6',
    );
  });

  it('make one short line of what the broker adds, whatever it is', () => {
    const hostile = `a\r\n2026-01-01 [error] b\u001b[31m\u202egnp.exe\u2028c\u0000${'x'.repeat(100_000)}`;
    const { detail } = refusalOfCode(0x88, { reasonString: hostile });
    detail.should.startWith(
      'server unavailable (0x88): a\\u000d\\u000a2026-01-01 [error] b\\u001b[31m\\u202egnp.exe\\u2028c\\u0000x',
    );
    detail.length.should.be.below(250);
    refusalOfCode(0x88, { reasonString: '' }).detail.should.equal('server unavailable (0x88)');
  });

  it('tell why a filter is refused by its code', () => {
    const troubles = [0x80, 0x87, 0x97, 0x9e, 0xa2, 0x95, 0x83, 0xff].map(subscriptionTrouble);
    troubles.should.eql([
      'subscription',
      'subscription',
      'quota',
      'noShared',
      'noWildcards',
      'packetSize',
      'subscriptionFailed',
      'subscriptionFailed',
    ]);
  });

  it('have a name of its own for every failure of MQTT 5', () => {
    const codes = Array.from({ length: LAST_FAILURE - FIRST_FAILURE + 1 }, (_, i) => FIRST_FAILURE + i);
    codes.filter((code) => describeCode(code) === 'unknown reason').should.eql([]);
    new Set(codes.map(describeCode)).size.should.equal(codes.length);
    should(describeCode(LAST_FAILURE + 1)).equal('unknown reason');
  });

  it('take a code they do not know as a lost connection, and name it', () => {
    for (const code of [0, 6, 127, 0xff, -1, 1e9]) {
      refusalOfCode(code).should.eql({ trouble: 'lost', detail: `unknown reason (${formatCode(code)})` });
    }
  });

  it('write codes of MQTT 5 in hexadecimal, of MQTT 3.1.1 in decimal', () => {
    [1, 5, 0x7f, 0x80, 0x8e, 0x97].map(formatCode).should.eql(['1', '5', '127', '0x80', '0x8E', '0x97']);
  });
});
