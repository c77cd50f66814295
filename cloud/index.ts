export { openClient } from './client';
export type { Client, ClientOptions, Counters } from './client-api';
export type { Answer } from './commands';
export type { DeviceMessage, Listener, Parts, RawMessage, Receiver, ValueMessage } from './delivery';
export type { SeenDevice } from './devices';
export { type Endpoint, formatEndpoint, parseEndpoint } from './endpoint';
export { type ErrorCode, EztError, fill, type Reason, type ReasonParams, sentences } from './errors';
export type { Qos } from './filters';
export { isPlainObject, reading } from './json';
export type { State } from './keeper';
export {
  type Alarm,
  type Attributes,
  type Command,
  type CommandReply,
  checkCommand,
  DATA_FORMATS,
  type DataFormat,
  type DeviceEvent,
  encodeAttributes,
  encodeCommand,
  type Online,
  type Payloads,
} from './messages';
export { type ProbeOptions, type ProbeStep, probeConnection } from './probe';
export type { Refusal, Trouble } from './refusals';
export { CHANNELS, type Channel, formatTopic, isTopicLevel } from './topics';
