import should from 'should';
import { chineseDevices, describeDevices, englishDevices } from '../../emulator/device-texts';
import { type Bench, setUp } from './clients';

const languages = { English: englishDevices, Chinese: chineseDevices };

describe('what the emulator says of its devices', () => {
  let bench: Bench;
  before(async () => {
    bench = await setUp({ builtIn: true, fleet: 30, devices: 1 });
  });
  after(() => bench.tearDown());

  for (const [language, texts] of Object.entries(languages)) {
    it(`is a line for each built-in device and one for each group, in ${language}`, () => {
      const lines = describeDevices(bench.emulator.devices, texts);
      lines.should.have.length(11);
      const [fleet, single] = lines.slice(-2);
      should(fleet).startWith('DU_fleet00001 … DU_fleet00030  ');
      should(single).startWith('DU_sim0000001  ');
      for (const line of lines) line.should.match(/^DU_.+ {2}[^:：]+(: |：).+$/);
    });

    it(`gives names that suit as aliases, each once, in ${language}`, () => {
      const names = [...Object.values(texts.single), ...Object.values(texts.groups)].map(({ name }) => name);
      should(new Set(names).size).equal(names.length);
    });

    it(`is that there are none, in ${language}`, () => {
      describeDevices([], texts).should.deepEqual([texts.none]);
    });
  }

  it('is the same devices in both languages', () => {
    for (const part of ['single', 'groups'] as const) {
      Object.keys(chineseDevices[part]).should.deepEqual(Object.keys(englishDevices[part]));
    }
  });
});
