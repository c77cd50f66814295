import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import should from 'should';
import { isOutTopic } from '../../../cloud/protocol/topics';
import { acceptedNow } from '../../../cloud/send/age';
import { openMessageFiles } from '../../../cloud/send/message-files';
import type { Outgoing } from '../../../cloud/transport/publish-packets';
import { temporaryDirectory } from '../../support/cleanup';
import { needs } from '../../support/machine';

const TOPIC = 'open/PR_1/DU_1/attributes_push';
const message = (n: number): Outgoing => ({
  topic: TOPIC,
  payload: Buffer.from(JSON.stringify({ n })),
  qos: 1,
});
const open = (directory: string) => openMessageFiles(directory, (topic) => isOutTopic('PR_1', topic));
const NOW = acceptedNow();
const nothing = () => undefined;

describe('message files', () => {
  let directory: string;
  beforeEach(() => {
    directory = join(temporaryDirectory('queue'), 'deep', 'queue');
  });
  const put = (name: string, content: string) => {
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, name), content);
  };
  const file = (fields: Record<string, unknown> = {}) =>
    JSON.stringify({ topic: TOPIC, qos: 1, accepted: NOW, lifetime: 60_000, payload: '', ...fields });

  it('come back in the order of acceptance, byte for byte', async () => {
    const first = open(directory);
    await first.load(nothing);
    const payload = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
    await first.write({ topic: TOPIC, payload, qos: 2, latest: true }, NOW, 60_000);
    for (let n = 0; n < 30; n += 1) await first.write(message(n), NOW, n);
    const { messages, unreadable } = await open(directory).load(nothing);
    should(unreadable).deepEqual([]);
    should(messages[0]?.message).deepEqual({ topic: TOPIC, payload, qos: 2, latest: true });
    should(messages[0]?.accepted).deepEqual(NOW);
    should(messages.slice(1).map(({ message: { payload: json } }) => JSON.parse(String(json)).n)).deepEqual(
      Array.from({ length: 30 }, (_, n) => n),
    );
    should(messages.slice(1).map(({ lifetime }) => lifetime)).deepEqual(
      Array.from({ length: 30 }, (_, n) => n),
    );
  });

  it('of a later run come after those of an earlier one, even if the clock was set back', async () => {
    const tomorrow = `${String((Date.now() + 86_400_000) * 1000).padStart(17, '0')}.json`;
    put(tomorrow, file());
    const files = open(directory);
    await files.load(nothing);
    should((await files.write(message(1), NOW, 60_000)) > tomorrow).be.true();
  });

  it('are gone when removed, also twice', async () => {
    const files = open(directory);
    const name = await files.write(message(1), NOW, 60_000);
    await files.remove(name);
    await files.remove(name);
    should(readdirSync(directory)).deepEqual([]);
  });

  it('are for the owner alone', async function () {
    needs(this, 'unix');
    await open(directory).write(message(1), NOW, 60_000);
    const [name = ''] = readdirSync(directory);
    (statSync(directory).mode & 0o077).should.equal(0);
    (statSync(join(directory, name)).mode & 0o077).should.equal(0);
  });

  it('are written also when somebody removed the directory', async () => {
    const files = open(directory);
    await files.load(nothing);
    rmSync(directory, { recursive: true });
    await files.write(message(1), NOW, 60_000);
    (await open(directory).load(nothing)).messages.length.should.equal(1);
  });

  const whole = '01795000000000000.json';
  const unreadable: [what: string, name: string, content: string][] = [
    ['is torn', whole, file().slice(0, 40)],
    ['is empty', whole, ''],
    ['is JSON of something else', whole, '[1, 2]'],
    ['is null', whole, 'null'],
    ['has another QoS', whole, file({ qos: 3 })],
    ['has no lifetime', whole, file({ lifetime: 'long' })],
    ['has no time of acceptance', whole, file({ accepted: { time: 1, uptime: 1 } })],
    ['is of another project', whole, file({ topic: 'open/PR_2/DU_1/attributes_push' })],
    ['has a topic that a broker hangs up on', whole, file({ topic: 'open/PR_1/+/attributes_push' })],
    ['has a topic beyond the platform', whole, file({ topic: '$SYS/broker' })],
    ['has a name that is not ours', 'package.json', file()],
    ['has a name beyond every clock', '99999999999999999.json', file()],
    ['has a number without a successor', '09999999999999999.json', file()],
  ];
  for (const [what, name, content] of unreadable) {
    it(`what ${what} is set aside, and the rest is read`, async () => {
      const good = await open(directory).write(message(7), NOW, 60_000);
      put(name, content);
      const found = await open(directory).load(nothing);
      should(found.unreadable).deepEqual([name]);
      should(found.messages.map(({ name }) => name)).deepEqual([good]);
      readFileSync(join(directory, `${name}.unreadable`), 'utf8').should.equal(content);
      should((await open(directory).load(nothing)).unreadable).deepEqual([]);
      const next = open(directory);
      await next.load(nothing);
      (await next.write(message(8), NOW, 60_000)).should.match(/^0\d{16}\.json$/);
    });
  }

  it('a directory among them is set aside, other files are left alone, unfinished ones removed', async () => {
    mkdirSync(join(directory, whole), { recursive: true });
    put('notes.txt', 'mine');
    put(`${whole.replace('0.', '1.')}.tmp`, '{"topic":');
    const found = await open(directory).load(nothing);
    should(found).deepEqual({ messages: [], unreadable: [whole] });
    should(readdirSync(directory).sort()).deepEqual([`${whole}.unreadable`, 'notes.txt']);
  });

  it('in a directory that cannot be made: a rejection that says why', async () => {
    const blocker = join(temporaryDirectory('queue'), 'file');
    writeFileSync(blocker, '');
    const files = open(join(blocker, 'queue'));
    await files.load(nothing).should.be.rejectedWith(/ENOTDIR|EEXIST/);
    await files.write(message(1), NOW, 60_000).should.be.rejectedWith(/ENOTDIR|EEXIST/);
  });
});
