import { generate, type Packet } from 'mqtt-packet';
import type { ProtocolVersion } from '../../cloud/transport/connection-options';
import { PacketScanner } from '../../cloud/transport/packet-scanner';
import {
  PUBACK,
  PUBCOMP,
  PUBLISH,
  readAcknowledgement,
  readPublish,
} from '../../cloud/transport/publish-packets';
import { mutate, payload, topic } from './mutations';
import type { Random } from './random';
import { readTheirs } from './reference';

export interface PacketTotals {
  streams: number;
  /** Messages and acknowledgements read the same by both. */
  same: number;
  /** Streams that both refused, and those that only ours did, for what MQTT forbids and mqtt-packet takes. */
  refused: number;
  stricter: number;
  /** Where they differ otherwise: must stay empty. */
  wrong: string[];
}

/** What of a packet counts here; the rest is mqtt.js's. */
type Read = Record<string, unknown>;

const LIMIT = 16 * 1024 * 1024;

/** Reads `count` streams of packets, mutated or not and cut anywhere, and compares with what mqtt-packet reads. */
export function fuzzPackets(count: number, random: Random): PacketTotals {
  const totals: PacketTotals = { streams: count, same: 0, refused: 0, stricter: 0, wrong: [] };
  for (let i = 0; i < count; i += 1) {
    const version = random.pick([4, 5] as const);
    const valid = Buffer.concat(Array.from({ length: 1 + random.below(6) }, () => packet(version, random)));
    compare(random.onceIn(3) ? valid : mutate(valid, random), version, random, totals);
  }
  return totals;
}

function compare(stream: Buffer, version: ProtocolVersion, random: Random, totals: PacketTotals) {
  const ours = readOurs(stream, version, random);
  const theirs = readTheirs(stream, version);
  const complain = (what: string): void => {
    totals.wrong.push(`${what}: MQTT ${version} ${stream.toString('hex')}`);
  };
  const both = Math.min(ours.packets.length, theirs.packets.length);
  for (let i = 0; i < both; i += 1) {
    if (JSON.stringify(ours.packets[i]) !== JSON.stringify(theirs.packets[i])) {
      return complain(`${JSON.stringify(ours.packets[i])} is not ${JSON.stringify(theirs.packets[i])}`);
    }
  }
  totals.same += both;
  if (ours.packets.length > both) return complain('read more than mqtt-packet');
  if (ours.packets.length < theirs.packets.length || (ours.refused && !theirs.refused)) {
    if (!ours.refused) return complain('read less than mqtt-packet');
    if (!theirs.lax[both]) return complain(`refused what is well-formed (${ours.refused})`);
    totals.stricter += 1;
  } else if (ours.refused) totals.refused += 1;
  else if (theirs.refused) return complain('took what mqtt-packet refuses');
}

function readOurs(stream: Buffer, version: ProtocolVersion, random: Random) {
  const packets: Read[] = [];
  const scanner = new PacketScanner(LIMIT);
  try {
    for (let at = 0; at < stream.length; ) {
      const next = at + 1 + random.below(random.pick([2, 10, 1000]));
      scanner.feed(stream.subarray(at, next));
      at = next;
      while (scanner.next()) {
        const read = readPacket(scanner, version);
        if (read) packets.push(read);
      }
    }
    return { packets, refused: undefined };
  } catch (error) {
    return { packets, refused: String(error) };
  }
}

function readPacket(
  { type, flags, bytes, body, end }: PacketScanner,
  version: ProtocolVersion,
): Read | undefined {
  if (type === PUBLISH) {
    const { payload: content, ...read } = readPublish(bytes, body, end, flags, version);
    return { ...read, payload: content.toString('hex') };
  }
  if (type < PUBACK || type > PUBCOMP) return undefined;
  const { packetId, code } = readAcknowledgement(bytes, body, end, version);
  return { type, packetId, code };
}

/** A packet of a broker, as its version allows. */
function packet(version: ProtocolVersion, random: Random): Buffer {
  const messageId = 1 + random.below(65_535);
  const acknowledgement = random.pick(['puback', 'pubrec', 'pubrel', 'pubcomp'] as const);
  const reasonCode =
    acknowledgement === 'puback' || acknowledgement === 'pubrec' ? random.pick([0, 16, 0x87]) : 0;
  const qos = random.pick([0, 1, 2] as const);
  const packets: Packet[] = [
    {
      cmd: 'publish',
      topic: topic('PR_1', random),
      payload: payload(random),
      qos,
      retain: random.onceIn(2),
      dup: qos > 0 && random.onceIn(2),
      ...(qos > 0 && { messageId }),
      ...(version === 5 && random.onceIn(2) && { properties: properties(random) }),
    },
    { cmd: acknowledgement, messageId, ...(version === 5 && random.onceIn(2) && said(reasonCode, random)) },
    random.pick<Packet>([{ cmd: 'pingresp' }, { cmd: 'suback', messageId, granted: [0, 1] }]),
  ];
  return generate(random.pick([packets[0], packets[0], packets[1], packets[2]]) as Packet, {
    protocolVersion: version,
  });
}

const said = (reasonCode: number, random: Random) => ({
  reasonCode,
  ...(random.onceIn(2) && { properties: { reasonString: 'x'.repeat(random.below(200)) } }),
});

const text = (random: Random) => payload(random).toString('latin1');

const properties = (random: Random) => ({
  ...(random.onceIn(2) && {
    subscriptionIdentifier: random.pick([1 + random.below(300), [1, 128 + random.below(100_000)]]),
  }),
  ...(random.onceIn(3) && {
    userProperties: { [`k${random.below(9)}`]: text(random), b: ['1', text(random)] },
  }),
  ...(random.onceIn(4) && { contentType: text(random) }),
  ...(random.onceIn(4) && { responseTopic: text(random) }),
  ...(random.onceIn(4) && { correlationData: payload(random) }),
  ...(random.onceIn(4) && { messageExpiryInterval: 1 + random.below(100_000) }),
  ...(random.onceIn(4) && { payloadFormatIndicator: true }),
});
