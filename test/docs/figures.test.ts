import should from 'should';
import { ALIASES, NUMBERS } from '../../cloud/protocol/limits';
import { EMQX_DEFAULTS } from '../../emulator/mqtt/settings';
import { numbersIn, numbersOf, rows, section, textOf } from './documents';

/** What was measured, as docs/performance.md has it. */
function measured() {
  const text = textOf('docs/performance.md');
  const [, core3, core5] =
    /^\| +\| ≥ 5 +\| core 3\.1\.1 +\| (\d+) .*\n\| +\| +\| core 5 +\| ([\d.]+) /m.exec(text) ?? [];
  const [, ours, cores] = /^\| memory per node; core's .*\| ([\d.]+ kB); ([\d.]+ kB) /m.exec(text) ?? [];
  const [, kept] = /^\| 10,000 nodes, a device each +\| .*?\| our 1 node +\| ([\d.]+) /m.exec(text) ?? [];
  return { core3, core5, ours, cores, kept: Math.round(Number(kept) * 100) };
}

for (const [file, scaling, comparison] of [
  ['README.md', /Many devices/, /Beside Node-RED/],
  ['README_zh-CN.md', /大量设备/, /自带 MQTT 节点/],
] as const) {
  describe(`the figures in ${file}`, () => {
    it('are those that were measured', () => {
      const { core3, core5, ours, cores, kept } = measured();
      const table = rows(section(textOf(file), comparison));
      const speed = table.find(([what = '']) => /1,000/.test(what)) ?? [];
      should(numbersIn((speed[2] ?? '').replace('3.1.1', ''))).deepEqual(numbersIn(`${core5} ${core3}`));
      const memory = table.find(([, mine = '']) => / kB$/.test(mine)) ?? [];
      should(memory.slice(1)).deepEqual([ours, `**${cores}**`]);
      const text = section(textOf(file), scaling);
      for (const figure of [core5, core3]) should(text).match(new RegExp(`\\b${figure} (times|倍)`));
      const [, caption] = /!\[([^\]]+)\]\(bench\/chart\.svg\)/.exec(text) ?? [];
      should(caption).match(new RegExp(` ${kept} %`));
    });

    it('are the limits of the code, and those of EMQX as the emulator has them', () => {
      const limits = rows(section(textOf(file), scaling)).map(([, value = '']) => numbersIn(value));
      should(limits).deepEqual([
        numbersOf('cloud/devices/device-memory.ts', 'MAX_DEVICES'),
        [ALIASES.devices],
        [NUMBERS.commandsInFlight.byDefault],
        [NUMBERS.queueLimit.byDefault, NUMBERS.queueExpiry.byDefault],
        [EMQX_DEFAULTS.maxInflight],
        [EMQX_DEFAULTS.maxQueue],
      ]);
    });
  });
}

/** What a document promises in figures, and where the code has them, in units of the document. */
const PROMISED: readonly [
  document: string,
  sentence: RegExp,
  file: string,
  constant: string,
  unit?: number,
][] = [
  ['reliability', /in a turn takes (\d+) ms at most/, 'cloud/transport/reading-turn.ts', 'TURN_MS'],
  ['reliability', /beyond ([\d,]+) messages or 4 MB/, 'cloud/receive/backlog.ts', 'MAX_MESSAGES'],
  ['reliability', /must come within (\d+) s of the message/, 'cloud/send/window.ts', 'SOON', 1000],
  ['reference', /of the last (\d+) seconds is marked/, 'cloud/receive/own-pushes.ts', 'LIFETIME', 1000],
  ['reference.zh-CN', /最近 (\d+) 秒内某次下发/, 'cloud/receive/own-pushes.ts', 'LIFETIME', 1000],
  ['reference', /of up to ([\d,]+) devices/, 'cloud/devices/device-memory.ts', 'MAX_DEVICES'],
  ['reference.zh-CN', /最多 ([\d,]+) 个设备/, 'cloud/devices/device-memory.ts', 'MAX_DEVICES'],
];

describe('what docs/reliability.md and docs/reference.md promise in figures', () => {
  for (const [document, sentence, file, constant, unit = 1] of PROMISED) {
    it(`${document}: ${sentence.source} is what ${file} has`, () => {
      const [, figure = ''] = sentence.exec(textOf(`docs/${document}.md`).replaceAll('\n', ' ')) ?? [];
      should(numbersIn(figure).map((number) => number * unit)).deepEqual(numbersOf(file, constant));
    });
  }
});
