import { randomUUID } from 'node:crypto';
import type { IConnackPacket, IConnectPacket } from 'mqtt-packet';
import type { Core } from './core';
import { REASON, RETURN_CODES } from './reason-codes';
import type { BrokerSettings } from './settings';
import type { Wire } from './wire';

/** A client that may come in. */
export interface Accepted {
  id: string;
  username: string;
  clean: boolean;
  /** Seconds that its session outlives the connection. */
  expiry: number;
  /** Unacknowledged messages towards it at once. */
  window: number;
  connack: IConnackPacket;
}

/** Lets a client in, or tells it why not and ends the connection. */
export function accept({ settings, rules }: Core, packet: IConnectPacket, wire: Wire): Accepted | undefined {
  const five = wire.version === 5;
  const clean = packet.clean ?? true;
  const refuse = (code: number): undefined => {
    const codes = five ? { reasonCode: code } : { returnCode: RETURN_CODES[code] ?? 5 };
    wire.send({ cmd: 'connack', sessionPresent: false, ...codes });
    wire.end();
  };

  const { clientId, username = '', password, properties } = packet;
  // MQTT 3.1 has no empty client id, 3.1.1 only for a clean session.
  if (clientId === '' && (wire.version === 3 || (wire.version === 4 && !clean)))
    return refuse(REASON.clientIdInvalid);
  if (settings.banned.includes(clientId)) return refuse(REASON.banned);
  const login = rules.login(username, password?.toString() ?? '');
  if (login !== 'welcome') return refuse(login === 'wrong' ? REASON.badCredentials : REASON.notAuthorized);

  const id = clientId || randomUUID();
  const window = Math.min(properties?.receiveMaximum ?? Number.POSITIVE_INFINITY, settings.maxInflight);
  const connack: IConnackPacket = {
    cmd: 'connack',
    sessionPresent: false,
    ...(five
      ? {
          reasonCode: REASON.normal,
          properties: propertiesOf(settings, window, clientId === '' ? id : undefined),
        }
      : { returnCode: 0 }),
  };
  const asked = five ? (properties?.sessionExpiryInterval ?? 0) : clean ? 0 : settings.sessionExpiry;
  return { id, username, clean, expiry: asked, window, connack };
}

const propertiesOf = (
  settings: BrokerSettings,
  receiveMaximum: number,
  assigned?: string,
): NonNullable<IConnackPacket['properties']> => ({
  receiveMaximum,
  ...(settings.maxQos < 2 && { maximumQoS: settings.maxQos }),
  retainAvailable: true,
  maximumPacketSize: settings.maxPacketSize,
  ...(assigned !== undefined && { assignedClientIdentifier: assigned }),
  topicAliasMaximum: settings.maxTopicAlias,
  wildcardSubscriptionAvailable: settings.wildcardSubscriptions,
  subscriptionIdentifiersAvailable: true,
  sharedSubscriptionAvailable: settings.sharedSubscriptions,
});
