import type { Payloads } from './messages';
import type { Channel, Qos } from './topics';

/** What every received message has, whatever its type. */
export type Envelope = {
  /** MQTT topic. */
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

/** A received message as `ezt-in` sends it with the output `message`. */
export type DeviceMessage = Envelope &
  (
    | { type: 'attributes'; payload: Payloads['attributes']; own?: true }
    | { type: 'event_report'; payload: Payloads['event_report']; event: string }
    | { type: 'command_reply'; payload: Payloads['command_reply']; command?: string; id: string | number }
    | { type: 'data'; payload: Payloads['data']; stream: string }
    | { type: 'alarm'; payload: Payloads['alarm'] }
    | { type: 'online'; payload: Payloads['online'] }
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
export type ValueMessage = Envelope & {
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
};

/** A received message whose payload could not be decoded: the payload is as it came. */
export type RawMessage = Envelope & { payload: Buffer };
