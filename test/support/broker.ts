import { connectAsync, type MqttClient } from 'mqtt';
import { type Mosquitto, type MosquittoOptions, startMosquitto } from './mosquitto';
import { type NamedBroker, namedBroker } from './named-broker';

/** A broker that a suite runs on: a mosquitto of its own, or the one that environment variables name. */
export interface SuiteBroker extends Pick<NamedBroker, 'endpoint' | 'ca' | 'key' | 'secret'> {
  /** Where it listens, for a proxy in front of it. */
  readonly target: { host: string; port: number };
  /** The name that its certificate is to have, whatever the address that is dialled. */
  readonly servername: string;
  /** What only a broker of our own has: its log, faults, another configuration. */
  readonly own?: Mosquitto;
  /** A connected MQTT 5 client that plays the devices and observes. */
  platform(): Promise<MqttClient>;
  stop(): Promise<void>;
}

/** `options` are for a broker of our own; another one is as it is. */
export async function startBroker(options?: MosquittoOptions): Promise<SuiteBroker> {
  const named = namedBroker();
  if (named) return usedAsIs(named);
  const own = await startMosquitto(options);
  const { endpoint, ca, key, secret, ports, platform, stop } = own;
  const target = { host: '127.0.0.1', port: ports.mqtts };
  return { endpoint, ca, key, secret, target, servername: '', own, platform, stop };
}

/** The application's user may publish what devices report, and so plays them too. */
function usedAsIs(named: NamedBroker): SuiteBroker {
  const { hostname, port } = new URL(named.endpoint);
  const clients: MqttClient[] = [];
  return {
    ...named,
    target: { host: hostname, port: Number(port || 7885) },
    servername: hostname,
    async platform() {
      const { endpoint, ca, key: username, secret: password } = named;
      const client = await connectAsync(endpoint, {
        ca,
        username,
        password,
        protocolVersion: 5,
        reconnectPeriod: 100,
      });
      clients.push(client);
      client.on('error', () => client.connected); // it reconnects by itself
      return client;
    },
    async stop() {
      await Promise.all(clients.splice(0).map((client) => client.endAsync(true)));
    },
  };
}
