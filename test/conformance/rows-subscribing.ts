import type { Lab, Row } from './lab';
import { publish, subscribe } from './lab';
import { notation } from './notation';
import type { RawClient } from './raw-client';

const still = async (client: RawClient): Promise<string> =>
  client.ended ? 'ends' : notation(await client.ask({ cmd: 'pingreq' }));

/** Denied, refused, allowed. */
const REFUSED: readonly Row[] = [
  ...([5, 4] as const).map(
    (version): Row => ({
      request: `SUBSCRIBE of allowed, denied and denied $share filters, MQTT ${version === 5 ? '5' : '3.1.1'}`,
      emqx: version === 5 ? 'SUBACK 0x01 0x87 0x87, PINGRESP' : 'SUBACK 0x01 0x80 0x80, PINGRESP',
      async ask(lab) {
        const client = await lab.client({ version });
        const denied = `open/${lab.subject.key}/#`;
        const filters = [lab.topic('attributes', '+'), denied, `$share/g/${denied}`];
        return `${notation(await client.ask(subscribe(filters)))}, ${await still(client)}`;
      },
    }),
  ),
  ...(
    [
      [5, 1, 'PUBACK 0x87, PINGRESP'],
      [4, 1, 'PUBACK, PINGRESP'],
      [5, 2, 'PUBREC 0x87, PINGRESP'],
    ] as const
  ).map(
    ([version, qos, emqx]): Row => ({
      request: `PUBLISH that is denied, QoS ${qos}, MQTT ${version === 5 ? '5' : '3.1.1'}`,
      emqx,
      async ask(lab) {
        const client = await lab.client({ version });
        const answer = await client.ask(publish('open/PR_other/DU_1/attributes_push', '{}', { qos }));
        return `${notation(answer)}, ${await still(client)}`;
      },
    }),
  ),
  ...(['publish', 'subscribe'] as const).map(
    (what): Row => ({
      request: `deny_action = disconnect: ${what.toUpperCase()} that is denied, then CONNECT`,
      emqx: 'ends, CONNACK 0x00',
      settings: { denyAction: 'disconnect' },
      async ask(lab) {
        const client = await lab.client();
        const topic = 'open/PR_other/DU_1/attributes_push';
        client.send(what === 'publish' ? publish(topic) : subscribe([topic]));
        await client.closed();
        return `ends, ${notation((await lab.connect())[1])}`;
      },
    }),
  ),
  {
    request: 'a rule changed at run time: the next PUBLISH and SUBSCRIBE of a connection',
    emqx: 'PUBACK 0x87, SUBACK 0x87, PINGRESP',
    admin: true,
    async ask(lab) {
      const client = await lab.client();
      const topic = lab.topic('attributes');
      const { admin } = lab.subject;
      const before = admin?.settings.denied;
      if (admin) admin.settings.denied = { publish: [topic], subscribe: [topic] };
      const answers = [await client.ask(publish(topic)), await client.ask(subscribe([topic]))].map(notation);
      if (admin && before) admin.settings.denied = before;
      return [...answers, await still(client)].join(', ');
    },
  },
];

const codes = (filters: (lab: Lab) => string[]) => async (lab: Lab) =>
  notation(await (await lab.client()).ask(subscribe(filters(lab))));

/** What a filter may be. */
const FILTERS: readonly Row[] = [
  {
    request: 'UNSUBSCRIBE of what is not held',
    emqx: 'UNSUBACK 0x11',
    async ask(lab) {
      const client = await lab.client();
      const unsubscriptions = [lab.topic('attributes')];
      return notation(await client.ask({ cmd: 'unsubscribe', messageId: 1, unsubscriptions }));
    },
  },
  {
    request: '$share with no-local',
    emqx: 'DISCONNECT 0x82',
    async ask(lab) {
      const client = await lab.client();
      const topic = `$share/g/${lab.topic('attributes')}`;
      return notation(await client.ask(subscribe([{ topic, qos: 1, nl: true }])));
    },
  },
  {
    request: '$share//x',
    emqx: 'DISCONNECT 0x8F',
    ask: codes(() => ['$share//x']),
  },
  {
    request: 'max_subscriptions = 2: a SUBSCRIBE of three',
    emqx: 'SUBACK 0x01 0x01 0x97',
    settings: { maxSubscriptions: 2 },
    ask: codes((lab) => ['attributes', 'alarm', 'online'].map((channel) => lab.topic(channel))),
  },
  {
    request: 'shared_subscription = false',
    emqx: 'SUBACK 0x9E',
    settings: { sharedSubscriptions: false },
    ask: codes((lab) => [`$share/g/${lab.topic('attributes')}`]),
  },
  {
    request: 'wildcard_subscription = false',
    emqx: 'SUBACK 0xA2',
    settings: { wildcardSubscriptions: false },
    ask: codes((lab) => [lab.topic('attributes', '+')]),
  },
  {
    request: '10,000 filters, in SUBSCRIBE packets under 64 kB',
    emqx: '10000 granted',
    async ask(lab) {
      const client = await lab.client();
      let granted = 0;
      for (let first = 0; first < 10_000; first += 1000) {
        const filters = Array.from({ length: 1000 }, (_, i) =>
          lab.topic('attributes', `DU_${String(first + i).padStart(10, '0')}`),
        );
        const suback = await client.ask(subscribe(filters));
        if (suback?.cmd === 'suback') granted += suback.granted.filter((code) => code === 1).length;
      }
      return `${granted} granted`;
    },
  },
  {
    request: 'bytes_rate = 2 kB/s: a PINGREQ behind 10 kB, and another client from CONNECT to PINGRESP',
    emqx: 'the other client is first',
    settings: { bytesRate: 2000 },
    async ask(lab) {
      const client = await lab.client();
      client.send(publish(lab.topic('attributes'), Buffer.alloc(10_000), { qos: 0 }));
      client.send({ cmd: 'pingreq' });
      const other = await lab.client();
      await other.ask({ cmd: 'pingreq' });
      return client.answers.some(({ cmd }) => cmd === 'pingresp')
        ? 'the PINGREQ does not wait'
        : 'the other client is first';
    },
  },
];

export const SUBSCRIBING: readonly Row[] = [...REFUSED, ...FILTERS];
