import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import should from 'should';
import { needs } from '../support/machine';
import { type Bench, setUp } from './clients';

// As in docs/emulator.md, in both languages (a test below compares them); ports, CA file and secrets are those of the emulator's first lines.
const APPLICATION = 'localhost -p 7885 --cafile .emulator/ca.pem -u PR_emulator01';
const DEVICE = 'localhost -p 8885 --cafile .emulator/ca.pem -u DU_mydevice001';
const COMMANDS = {
  watch: `mosquitto_sub -h ${APPLICATION} -P $PROJECT_SECRET -q 1 -t open/PR_emulator01/+/attributes`,
  report: `mosquitto_pub -h ${DEVICE} -P $DEVICE_SECRET -q 1 -t attributes/DU_mydevice001 -m '{"temperature":21.5}'`,
  obey: `mosquitto_sub -h ${DEVICE} -P $DEVICE_SECRET -i relay -t attributes_push/DU_mydevice001`,
  push: `mosquitto_pub -h ${APPLICATION} -P $PROJECT_SECRET -q 1 -t open/PR_emulator01/DU_mydevice001/attributes_push -m '{"relay":true}'`,
  wrongSecret: `mosquitto_sub -h ${APPLICATION} -P wrong -t open/PR_emulator01/+/attributes`,
  everything: `mosquitto_sub -h ${APPLICATION} -P $PROJECT_SECRET -t open/PR_emulator01/#`,
  foreignTopic: `mosquitto_sub -h ${APPLICATION} -P $PROJECT_SECRET -t open/PR_other/+/attributes`,
  foreignPublish: `mosquitto_pub -h ${APPLICATION} -P $PROJECT_SECRET -V 5 -q 1 -t open/PR_other/DU_1/attributes_push -m '{"relay":true}'`,
};

describe("mosquitto's clients", function () {
  needs(this, 'mosquitto-clients');
  let bench: Bench;
  const running = new Set<ChildProcess>();
  before(async () => {
    bench = await setUp();
  });
  after(async () => {
    for (const child of running) child.kill();
    await bench?.tearDown();
  });

  /** The next SUBSCRIBE that a broker accepts; mosquitto_sub itself holds back what it has to say. */
  const subscribed = (side: 'applications' | 'devices') =>
    once(bench.emulator.brokers[side].events, 'subscribed');

  function run(command: string, extra = '') {
    const { emulator } = bench;
    const text = command
      .replace('-p 7885', `-p ${new URL(emulator.endpoint).port}`)
      .replace('-p 8885', `-p ${new URL(emulator.deviceEndpoint).port}`)
      .replace('.emulator/ca.pem', emulator.caFile);
    const child = spawn('sh', ['-c', `exec ${text} ${extra}`], {
      env: {
        ...process.env,
        PROJECT_SECRET: emulator.projectSecret,
        DEVICE_SECRET: emulator.deviceSecret,
      },
    });
    running.add(child);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        output += chunk;
      });
    }
    return once(child, 'close').then(([code]) => ({ code: code as number, output }));
  }

  it('are used as docs/emulator.md says, in both languages', () => {
    for (const document of ['docs/emulator.md', 'docs/emulator.zh-CN.md']) {
      const text = readFileSync(document, 'utf8');
      for (const command of Object.values(COMMANDS)) text.should.containEql(`${command}\n`);
    }
  });

  it('play a device and an application', async () => {
    const watched = subscribed('applications');
    const watching = run(COMMANDS.watch, '-C 2');
    await watched;
    should((await run(COMMANDS.report)).code).equal(0);
    const listening = subscribed('devices');
    const obeying = run(COMMANDS.obey, '-C 1');
    await listening;
    should((await run(COMMANDS.push)).code).equal(0);
    should((await obeying).output).equal('{"relay":true}\n');
    should((await watching).output).equal('{"temperature":21.5}\n{"relay":true}\n');
  });

  it('are refused with a wrong secret', async () => {
    const { code, output } = await run(COMMANDS.wrongSecret);
    output.should.match(/not authori[sz]ed|bad user ?name or password/i);
    should(code).not.equal(0);
  });

  it('are refused all topics at once, and those of another project', async () => {
    for (const command of [COMMANDS.everything, COMMANDS.foreignTopic]) {
      (await run(command)).output.should.containEql('All subscription requests were denied');
    }
    (await run(COMMANDS.foreignPublish)).output.should.containEql('Not authorized');
  });
});
