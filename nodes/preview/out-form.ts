import type { NodeAPI } from 'node-red';
import { isPlainObject } from '../../cloud';
import { type AttrOutSettings, attrOutSettings } from '../ezt-attr-out/settings';
import { type CommandOutSettings, commandOutSettings } from '../ezt-command-out/settings';
import type { Message } from '../shared/input';
import { bad } from '../shared/raw-settings';
import type { FormValues } from './form-values';

/** What a person has typed in place of a message; what is missing has not been typed. */
export interface Typed {
  device?: string;
  /** What the node takes from the message as value or parameters: any JSON value. */
  value?: unknown;
  command?: string;
}

/** The form of an out node. */
export type OutForm =
  | { type: 'ezt-attr-out'; settings: AttrOutSettings }
  | { type: 'ezt-command-out'; settings: CommandOutSettings };

/** What the node takes from its messages, and so has to be typed: `value` is its place, such as `msg.payload`. */
export interface Asks {
  device: boolean;
  command: boolean;
  value: string | undefined;
}

/** Throws `EZT_CONFIG`. */
export function outForm({ type, raw }: FormValues): OutForm {
  if (type === 'ezt-attr-out') return { type, settings: attrOutSettings(raw) };
  if (type === 'ezt-command-out') return { type, settings: commandOutSettings(raw) };
  throw bad('type', 'ezt-attr-out, ezt-command-out');
}

export function typedValues(body: unknown): Typed {
  const values = isPlainObject(body) && isPlainObject(body.values) ? body.values : {};
  const { device, value, command } = values;
  return {
    ...(typeof device === 'string' && device.trim() !== '' && { device }),
    ...(value !== undefined && { value }),
    ...(typeof command === 'string' && command !== '' && { command }),
  };
}

export function asksOf({ type, settings }: OutForm): Asks {
  const device = settings.device.length === 0;
  if (type === 'ezt-attr-out') return { device, command: false, value: 'msg.payload' };
  const { method, params, paramsType } = settings;
  const place = { msg: `msg.${params.replace(/^msg\./, '')}`, jsonata: 'msg.payload' };
  const isAsked = paramsType === 'msg' || paramsType === 'jsonata';
  return { device, command: method === '', value: isAsked ? place[paramsType].slice(0, 100) : undefined };
}

/** The message that has what was typed where the node looks for it. */
export function messageOf(RED: NodeAPI, form: OutForm, { device, value, command }: Typed): Message {
  const message: Message = {
    _msgid: '',
    ...(device !== undefined && { device }),
    ...(command !== undefined && { command }),
  };
  if (value === undefined) return message;
  if (form.type === 'ezt-command-out' && form.settings.paramsType === 'msg')
    RED.util.setMessageProperty(message, form.settings.params, value, true);
  else message.payload = value;
  return message;
}
