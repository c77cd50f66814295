import type { Random } from './random';

const SEEDS: readonly string[] = [
  '{"temperature":21.5,"switch":true,"name":"x","nested":{"a":[1,2,{"b":null}]}}',
  '{"method":"count","params":{"n":1},"id":7}',
  '{"method":"alert","params":{}}',
  '{"alerting":true,"rule":"hot"}',
  '{"online":false,"at":"2024-01-01"}',
  '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}',
  '{"a":1,"a":2}',
  '[]',
  'null',
  '5',
  '"text"',
  '',
  '\ufeff{"bom":1}',
  '{"big":1e999,"id":99999999999999999999}',
  `${'['.repeat(300)}${']'.repeat(300)}`,
  `${'{"a":'.repeat(199)}1${'}'.repeat(199)}`,
  '{"method":"","params":null,"id":null}',
  '{"id":{},"method":[],"params":"x"}',
  '\ud83d\ude00\u0000\u202e',
];

/** A payload: one of those that mean something, with a few bytes changed, or not. */
export function payload(random: Random): Buffer {
  if (random.onceIn(20)) return random.bytes(random.below(64));
  const bytes = Buffer.from(random.pick(SEEDS));
  return random.onceIn(3) ? bytes : mutate(bytes, random);
}

/** `bytes` with some of them changed, removed, doubled, or cut off. */
export function mutate(bytes: Buffer, random: Random): Buffer {
  let mutated = Buffer.from(bytes);
  for (let i = random.below(4); i >= 0; i -= 1) {
    const at = random.below(mutated.length + 1);
    const until = at + random.below(8);
    const change = random.below(5);
    if (change === 0) mutated = mutated.subarray(0, at);
    else if (change === 1) mutated = Buffer.concat([mutated.subarray(0, at), mutated.subarray(until)]);
    else if (change === 2) mutated = Buffer.concat([mutated.subarray(0, until), mutated.subarray(at)]);
    else if (change === 3)
      mutated = Buffer.concat([mutated.subarray(0, at), random.bytes(4), mutated.subarray(at)]);
    else if (mutated.length > 0) mutated[at % mutated.length] = random.below(256);
  }
  return mutated;
}

const DEVICES = [
  'DU_1',
  'DU_2',
  '',
  '..',
  '__proto__',
  'constructor',
  '<img onerror=1>',
  '设备',
  'x'.repeat(300),
];
const REST = [
  'attributes',
  'event_report',
  'command_reply',
  'alarm',
  'online',
  'data',
  'data/s1',
  'data/',
  'data/a/b',
  'data/__proto__',
  'attributes_push',
  'toString',
  '',
];

/** A topic: mostly one of the platform's table, sometimes one that it would never have. */
export function topic(key: string, random: Random): string {
  const whole = `open/${random.onceIn(30) ? 'PR_other' : key}/${random.pick(DEVICES)}/${random.pick(REST)}`;
  if (!random.onceIn(20)) return whole;
  // A broker sends valid UTF-8 without wildcards and NUL (MQTT 5 §3.3.2.1).
  return (
    mutate(Buffer.from(whole), random)
      .toString()
      .replace(/[+#\0\p{Cs}]/gu, '') || 'x'
  );
}
