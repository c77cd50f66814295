import { parseArgs } from 'node:util';
import { runCommand } from '../support/command';
import { fuzzBytes, fuzzMessages, fuzzValidPackets } from './inbound';
import { fuzzOutgoing } from './outgoing';
import { fuzzPackets } from './packets';
import { createRandom } from './random';

/** `npm run fuzz -- --inbound 1000000 --outgoing 100000 [--seed S]`: exits with 1 when something did not hold. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      inbound: { type: 'string', default: '1000000' },
      outgoing: { type: 'string', default: '100000' },
      seed: { type: 'string', default: String(Date.now() % 100_000) },
    },
  });
  const [inbound, outgoing, seed] = [Number(values.inbound), Number(values.outgoing), Number(values.seed)];
  const random = createRandom(seed);
  console.log(`Seed ${seed}`);
  let said = '';
  const progress = (what: string, of: number) => (done: number) => {
    const percent = `${what}: ${Math.floor((done / of) * 10) * 10} % of ${of}`;
    if (process.stdout.isTTY) process.stdout.write(`\r\x1b[K${what}: ${done} of ${of}`);
    else if (percent !== said) console.log(percent);
    said = percent;
  };

  const messages = await fuzzMessages(inbound, random, progress('messages', inbound));
  console.log('\nMessages, straight into the message path', messages);
  const read = fuzzPackets(inbound, random);
  console.log('Streams of packets, beside mqtt-packet', { ...read, wrong: read.wrong.slice(0, 10) });
  const packets = Math.ceil(inbound / 50);
  const connections = await fuzzValidPackets(packets, random);
  console.log(`${packets} valid packets from a broker: ${connections} connection`);
  const streams = Math.ceil(inbound / 2000);
  await fuzzBytes(streams, random);
  console.log(`${streams} broken streams: reconnected after each`);
  const sent = await fuzzOutgoing(outgoing, random, progress('outgoing', outgoing));
  console.log('\nOutgoing', sent);
  const held =
    messages.errors.length === 0 &&
    messages.acknowledged === inbound &&
    read.wrong.length === 0 &&
    connections === 1 &&
    sent.settled === sent.given &&
    sent.twice === 0 &&
    sent.wrong.length === 0 &&
    sent.connections === 1;
  console.log(held ? 'Everything held.' : 'Something did not hold.');
  process.exitCode = held ? 0 : 1;
}

runCommand(main);
