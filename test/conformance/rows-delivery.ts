import { type Lab, numbersOf, publish, publishNumbers, type Row, subscribe } from './lab';
import { notation, ranges } from './notation';
import type { RawClient, Version } from './raw-client';

/** CONNECT of a session that outlives its connection. */
const session = (version: Version, clientId: string, clean: boolean) => ({
  version,
  clientId,
  clean: version === 5 ? clean : false,
  properties: { sessionExpiryInterval: 600, receiveMaximum: 100 },
});

/** Publishes `count` while a persistent session is away; what it gets when it is back. */
async function missed(lab: Lab, version: Version, count: number, qos: 0 | 1): Promise<string> {
  const clientId = lab.clientId();
  const topic = lab.topic('attributes');
  const first = await lab.client(session(version, clientId, true));
  await first.ask(subscribe([topic]));
  await first.leave();
  await publishNumbers(await lab.client(), topic, count, qos);
  const again = await lab.client(session(version, clientId, false));
  await again.gotAll();
  const seen = ranges(numbersOf(again));
  await lab.client({ version, clientId }); // a clean session ends the other one
  return seen;
}

/** What comes of `count` messages of QoS 1 before anything is acknowledged, and after all is. */
async function held(lab: Lab, client: RawClient, count: number): Promise<[before: string, after: string]> {
  client.acknowledging = false;
  const topic = lab.topic('attributes');
  await client.ask(subscribe([topic]));
  await publishNumbers(await lab.client(), topic, count);
  await client.caughtUp();
  const before = ranges(numbersOf(client));
  client.acknowledging = true;
  for (const message of [...client.messages]) client.acknowledge(message);
  await client.gotAll();
  return [before, ranges(numbersOf(client))];
}

const withdrawn = (topic: string) => publish(topic, '', { retain: true });

/** What subscribers get. */
const COPIES: readonly Row[] = [
  {
    request: 'two filters that match, QoS 0 and 1, with subscription identifiers 1 and 2',
    emqx: 'identifier 1 QoS 0, identifier 2 QoS 1',
    async ask(lab) {
      const client = await lab.client();
      await client.ask(subscribe([{ topic: lab.topic('+'), qos: 0 }], 1));
      await client.ask(subscribe([lab.topic('attributes')], 2));
      await (await lab.client()).ask(publish(lab.topic('attributes')));
      await client.caughtUp();
      return client.messages
        .map(({ qos, properties }) => `identifier ${properties?.subscriptionIdentifier} QoS ${qos}`)
        .sort()
        .join(', ');
    },
  },
  {
    request: 'two filters that match, QoS 0 and 1, MQTT 3.1.1',
    emqx: 'QoS 0, QoS 1',
    async ask(lab) {
      const client = await lab.client({ version: 4 });
      await client.ask(subscribe([{ topic: lab.topic('+'), qos: 0 }, lab.topic('attributes')]));
      await (await lab.client()).ask(publish(lab.topic('attributes')));
      await client.caughtUp();
      return client.messages
        .map(({ qos }) => `QoS ${qos}`)
        .sort()
        .join(', ');
    },
  },
  {
    request: 'PUBLISH with the retain flag: the live copy, and what a new subscription gets',
    emqx: 'live without the flag, new with the flag',
    async ask(lab) {
      const topic = lab.topic('attributes');
      const [live, late, publisher] = [await lab.client(), await lab.client(), await lab.client()];
      await live.ask(subscribe([topic]));
      await publisher.ask(publish(topic, '1', { retain: true }));
      await live.caughtUp();
      await late.ask(subscribe([topic]));
      await late.caughtUp();
      await publisher.ask(withdrawn(topic));
      const flags = ({ messages }: RawClient) =>
        messages.map(({ retain }) => (retain ? 'with the flag' : 'without the flag'))[0] ?? 'nothing';
      return `live ${flags(live)}, new ${flags(late)}`;
    },
  },
  {
    request: 'PUBLISH of QoS 1 while nobody subscribes',
    emqx: 'PUBACK 0x10',
    ask: async (lab) => notation(await (await lab.client()).ask(publish(lab.topic('attributes')))),
  },
  {
    request: '$share with three members, 90 messages',
    emqx: '30 / 30 / 30',
    async ask(lab) {
      const topic = lab.topic('attributes');
      const members = [await lab.client(), await lab.client(), await lab.client()];
      for (const member of members) await member.ask(subscribe([`$share/g/${topic}`]));
      await publishNumbers(await lab.client(), topic, 90);
      for (const member of members) await member.caughtUp();
      return members.map(({ messages }) => messages.length).join(' / ');
    },
  },
];

/** How much a broker holds for a client. */
const LIMITS: readonly Row[] = [
  ...([100, 10] as const).map(
    (receiveMaximum): Row => ({
      request: `unacknowledged messages towards a client that takes ${receiveMaximum}`,
      emqx: `1–${Math.min(receiveMaximum, 32)}`,
      ask: async (lab) => (await held(lab, await lab.client({ properties: { receiveMaximum } }), 100))[0],
    }),
  ),
  {
    request: 'unacknowledged messages towards a client, MQTT 3.1.1',
    emqx: '1–32',
    ask: async (lab) => (await held(lab, await lab.client({ version: 4 }), 100))[0],
  },
  {
    request: 'a burst of 1,500 of QoS 1 to a connected client that acknowledges afterwards',
    emqx: '1–32, 501–1500',
    ask: async (lab) => (await held(lab, await lab.client({ properties: { receiveMaximum: 100 } }), 1500))[1],
  },
  ...([5, 4] as const).map(
    (version): Row => ({
      request: `3,000 of QoS 1 while a persistent session is away, MQTT ${version === 5 ? '5' : '3.1.1'}`,
      emqx: '2001–3000',
      ask: (lab) => missed(lab, version, 3000, 1),
    }),
  ),
  {
    request: 'QoS 0 while a persistent session is away',
    emqx: '1–10',
    ask: (lab) => missed(lab, 5, 10, 0),
  },
  {
    request: '3,000 of QoS 0 to a connected client that does not read meanwhile',
    emqx: '1–3000',
    async ask(lab) {
      const client = await lab.client();
      const topic = lab.topic('attributes');
      await client.ask(subscribe([{ topic, qos: 0 }]));
      client.socket.pause();
      await publishNumbers(await lab.client(), topic, 3000, 0);
      client.socket.resume();
      await client.caughtUp();
      return ranges(numbersOf(client));
    },
  },
  ...([0, 1] as const).map(
    (qos): Row => ({
      request: `6,000 of QoS ${qos} to a client that keeps up`,
      emqx: '1–6000, PINGRESP',
      async ask(lab) {
        const client = await lab.client();
        const topic = lab.topic('attributes');
        await client.ask(subscribe([topic]));
        await publishNumbers(await lab.client(), topic, 6000, qos, 50);
        await client.gotAll();
        return `${ranges(numbersOf(client))}, ${notation(await client.ask({ cmd: 'pingreq' }))}`;
      },
    }),
  ),
];

export const DELIVERY: readonly Row[] = [...COPIES, ...LIMITS];
