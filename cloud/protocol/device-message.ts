import type { Payloads } from './messages';
import type { Channel, Qos } from './topics';

/** What every received message has, whatever its type. */
export type Envelope = {
  /** MQTT topic, unless the node puts the device in its place. */
  topic: string;
  /** Device username. */
  device: string;
  /** What the project calls the device, if it has an alias. */
  name?: string;
  /** Label of the project's node. */
  project: string;
  /** Time of receipt, milliseconds since the epoch. */
  timestamp: number;
  qos: Qos;
  retain: boolean;
  type: Channel;
  /** Data stream identifier; on `data` only. */
  stream?: string;
};

/** Properties that options of `ezt-in` add. */
type Added = {
  /** `initial`: not received now, but known from before. `timestamp` is when it was received. */
  known?: true;
  /** With `known`: milliseconds since it was received. */
  age?: number;
};

/** A received message as `ezt-in` sends it with the output `message`. */
export type DeviceMessage = Envelope &
  Added &
  (
    | {
        type: 'attributes';
        payload: Payloads['attributes'];
        own?: true;
        /** With `when`: the values sent before of those attributes that had been sent. */
        previous?: Payloads['attributes'];
      }
    | { type: 'event_report'; payload: Payloads['event_report']; event: string }
    | { type: 'command_reply'; payload: Payloads['command_reply']; command?: string; id: string | number }
    | { type: 'data'; payload: Payloads['data']; stream: string }
    | { type: 'alarm'; payload: Payloads['alarm']; previous?: { alerting: boolean } }
    | { type: 'online'; payload: Payloads['online']; previous?: { online: boolean } }
  );

/** Lets a Join node rebuild the object of attributes. */
export type Parts = {
  id: string;
  type: 'object';
  key: string;
  index: number;
  count: number;
};

/** A received message as `ezt-in` sends it with the output `value`. */
export type ValueMessage = Envelope &
  Added & {
    payload: unknown;
    /** On `event_report`: the event's method. */
    event?: string;
    /** On `command_reply`: the command's method, if the device sent it. */
    command?: string;
    id?: string | number;
    /** On `attributes`: the attribute whose value the payload is. */
    attribute?: string;
    parts?: Parts;
    /** On `attributes`: what this connection pushed itself has come back. */
    own?: true;
    /** With `when`: what was sent before, in the form of the payload; missing the first time. */
    previous?: unknown;
  };

/** A received message whose payload could not be decoded: the payload is as it came. */
export type RawMessage = Envelope & { payload: Buffer };
