/** What an EMQX lets its operator set, as far as clients see it. May be changed while the broker runs. */
export interface BrokerSettings {
  /** Unacknowledged messages of QoS 1 and 2 towards a client (`max_inflight`); a client may ask for fewer. */
  maxInflight: number;
  /** Messages that wait in a session beyond those; of more, the oldest are dropped (`max_mqueue_len`). */
  maxQueue: number;
  /** Bytes of the largest packet taken (`max_packet_size`). */
  maxPacketSize: number;
  maxTopicAlias: number;
  /** The highest QoS (`max_qos_allowed`). */
  maxQos: 0 | 1 | 2;
  /** Topic filters of one session (`max_subscriptions`). */
  maxSubscriptions: number;
  /** Connections at once; one more ends without a word (the listener's `max_connections`). */
  maxConnections: number;
  sharedSubscriptions: boolean;
  wildcardSubscriptions: boolean;
  /** Bytes per second read from one client (the listener's `bytes_rate`). */
  bytesRate: number;
  /** What a client whose PUBLISH or SUBSCRIBE is denied gets besides the refusal (`deny_action`). */
  denyAction: 'ignore' | 'disconnect';
  /** Topic filters that nobody may use, whatever the rules say. */
  denied: { publish: readonly string[]; subscribe: readonly string[] };
  /** Client ids that are turned away. */
  banned: readonly string[];
  /** Seconds that a persistent session of MQTT 3.1.1 outlives its connection (`session_expiry_interval`). */
  sessionExpiry: number;
}

/** As EMQX 5.8.9 has them when nobody has set anything. */
export const EMQX_DEFAULTS: Readonly<BrokerSettings> = {
  maxInflight: 32,
  maxQueue: 1000,
  maxPacketSize: 1_048_576,
  maxTopicAlias: 65_535,
  maxQos: 2,
  maxSubscriptions: Number.POSITIVE_INFINITY,
  maxConnections: Number.POSITIVE_INFINITY,
  sharedSubscriptions: true,
  wildcardSubscriptions: true,
  bytesRate: Number.POSITIVE_INFINITY,
  denyAction: 'ignore',
  denied: { publish: [], subscribe: [] },
  banned: [],
  sessionExpiry: 7200,
};
