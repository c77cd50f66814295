import type { Lab, Row } from './lab';
import { publish, subscribe } from './lab';
import { notation } from './notation';
import type { Version } from './raw-client';

const VERSIONS: readonly (readonly [Version, string])[] = [
  [5, 'MQTT 5'],
  [4, 'MQTT 3.1.1'],
  [3, 'MQTT 3.1'],
];
const eachVersion = (row: (version: Version, name: string) => Row): Row[] =>
  VERSIONS.map(([version, name]) => row(version, name));

async function announced(lab: Lab, receiveMaximum: number): Promise<string> {
  const [, connack] = await lab.connect({ properties: { receiveMaximum } });
  if (connack?.cmd !== 'connack') return notation(connack);
  const { properties = {} } = connack;
  const flags = [
    properties.retainAvailable && 'retain',
    properties.wildcardSubscriptionAvailable && 'wildcards',
    properties.subscriptionIdentifiersAvailable && 'identifiers',
    properties.sharedSubscriptionAvailable && 'shared',
  ];
  const { receiveMaximum: receive, maximumPacketSize: size, topicAliasMaximum: aliases } = properties;
  return `receive ${receive}, packet ${size}, aliases ${aliases}, ${flags.filter(Boolean).join(' ')}`;
}

/** Coming in, and being put out. */
export const CONNECTING: readonly Row[] = [
  ...eachVersion((version, name) => ({
    request: `CONNECT, ${name}`,
    emqx: version === 5 ? 'CONNACK 0x00' : 'CONNACK 0',
    ask: async (lab) => notation((await lab.connect({ version }))[1]),
  })),
  ...eachVersion((version, name) => ({
    request: `CONNECT with a wrong password, ${name}`,
    emqx: version === 5 ? 'CONNACK 0x86' : 'CONNACK 4',
    ask: async (lab) => notation((await lab.connect({ version, password: Buffer.from('wrong') }))[1]),
  })),
  ...eachVersion((version, name) => ({
    request: `CONNECT with an unknown username, ${name}`,
    emqx: version === 5 ? 'CONNACK 0x87' : 'CONNACK 5',
    ask: async (lab) => notation((await lab.connect({ version, username: 'PR_nobody' }))[1]),
  })),
  {
    request: 'CONNACK to a client that takes 100 at once',
    emqx: 'receive 32, packet 1048576, aliases 65535, retain wildcards identifiers shared',
    ask: (lab) => announced(lab, 100),
  },
  {
    request: 'CONNACK to a client that takes 10 at once',
    emqx: 'receive 10, packet 1048576, aliases 65535, retain wildcards identifiers shared',
    ask: (lab) => announced(lab, 10),
  },
  ...eachVersion((version, name) => ({
    request: `a second connection with the client id: to the first, ${name}`,
    emqx: version === 5 ? 'DISCONNECT 0x8E' : 'ends',
    async ask(lab) {
      const clientId = lab.clientId();
      const first = await lab.client({ version, clientId });
      await lab.client({ version, clientId });
      return notation(await first.answer());
    },
  })),
  {
    request: 'a packet larger than the maximum',
    emqx: 'DISCONNECT 0x95',
    async ask(lab) {
      const client = await lab.client();
      return notation(await client.ask(publish(lab.topic('attributes'), Buffer.alloc(1_048_577))));
    },
  },
  {
    request: 'the client is kicked by an administrator',
    emqx: 'DISCONNECT 0x98',
    admin: true,
    async ask(lab) {
      const clientId = lab.clientId();
      const client = await lab.client({ clientId });
      lab.subject.admin?.kick(clientId);
      return notation(await client.answer());
    },
  },
  {
    request: 'CONNECT with a banned client id',
    emqx: 'CONNACK 0x8A',
    settings: { banned: ['outlaw'] },
    ask: async (lab) => notation((await lab.connect({ clientId: 'outlaw' }))[1]),
  },
  {
    request: 'CONNECT while the listener is full',
    emqx: 'ends',
    settings: { maxConnections: 0 },
    ask: async (lab) => notation(await (await lab.silent()).answer()),
  },
  {
    request: 'max_qos_allowed = 1: CONNACK, and SUBSCRIBE of QoS 2',
    emqx: 'maximum QoS 1, SUBACK 0x01',
    settings: { maxQos: 1 },
    async ask(lab) {
      const [client, connack] = await lab.connect();
      const maximum = connack?.cmd === 'connack' ? connack.properties?.maximumQoS : undefined;
      const suback = await client.ask(subscribe([{ topic: lab.topic('attributes'), qos: 2 }]));
      return `maximum QoS ${maximum}, ${notation(suback)}`;
    },
  },
];
