import should from 'should';
import { ask } from './ask';
import { ROWS } from './rows';
import { emulatorSubject, type Running } from './subjects';
import { tableOf } from './table';

describe('the emulator does what EMQX 5.8.9 was seen to do', () => {
  let emulator: Running;
  before(async () => {
    emulator = await emulatorSubject();
  });
  after(() => emulator.stop());

  for (const row of ROWS) {
    it(row.request, async () => {
      should(await ask(emulator, row)).equal(row.emqx);
    });
  }
});

describe('the table of npm run conformance', () => {
  const row = { request: 'what is asked', emqx: 'PUBACK', ask: async () => '' };

  it('says where a broker does the same, does otherwise, and was not asked', () => {
    const [head = '', line = ''] = tableOf(
      [[row, { one: 'PUBACK', two: 'DISCONNECT 0x87', three: undefined }]],
      ['one', 'two', 'three'],
    ).split('\n');
    should(head.split(/ {2,}/)).deepEqual(['request', 'EMQX 5.8.9', 'one', 'two', 'three']);
    should(line.split(/ {2,}/)).deepEqual([
      'what is asked',
      'PUBACK',
      'same',
      'DISCONNECT 0x87',
      'not asked',
    ]);
  });
});
