/**
 * The types that `@eztcloud/node-red-eztcloud` exports, for code that handles its messages. Types only:
 * the package has no JavaScript to import, Node-RED loads its nodes by itself.
 */

export type { DeviceReport } from './devices/device-query';
export type { DeviceMessage, Parts, RawMessage, ValueMessage } from './protocol/device-message';
export type { Command } from './protocol/encoding';
export type { ErrorCode } from './protocol/error-reasons';
export type { DataFormat } from './protocol/limits';
export type {
  Alarm,
  Attributes,
  CommandReply,
  DeviceEvent,
  Online,
  Payloads,
} from './protocol/messages';
export type { ModbusFrame } from './protocol/modbus';
export type { Channel, Qos } from './protocol/topics';
