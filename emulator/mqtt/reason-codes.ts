/** Reason codes of MQTT 5 (§2.4) that the broker sends. */
export const REASON = {
  normal: 0x00,
  noSubscribers: 0x10,
  noSubscription: 0x11,
  malformedPacket: 0x81,
  protocolError: 0x82,
  clientIdInvalid: 0x85,
  badCredentials: 0x86,
  notAuthorized: 0x87,
  banned: 0x8a,
  shuttingDown: 0x8b,
  keepaliveTimeout: 0x8d,
  takenOver: 0x8e,
  filterInvalid: 0x8f,
  topicInvalid: 0x90,
  packetIdUnknown: 0x92,
  aliasInvalid: 0x94,
  packetTooLarge: 0x95,
  quotaExceeded: 0x97,
  kicked: 0x98,
  qosUnsupported: 0x9b,
  sharedUnsupported: 0x9e,
  wildcardUnsupported: 0xa2,
} as const;

/** SUBACK of MQTT 3.1.1 knows one refusal. */
export const SUBACK_FAILURE = 0x80;

/** What CONNACK of MQTT 3.1.1 (§3.2.2.3) says instead. */
export const RETURN_CODES: Readonly<Record<number, number>> = {
  [REASON.clientIdInvalid]: 2,
  [REASON.badCredentials]: 4,
  [REASON.notAuthorized]: 5,
  [REASON.banned]: 5,
};
