import type { Qos } from '../../cloud';
import { flag, number, oneOf, qos, type Raw, text } from '../shared/raw-settings';

export interface CommandOutSettings {
  /** Empty: `msg.device`. */
  device: string;
  /** Empty: a whole command in the payload, else `msg.command`. */
  method: string;
  params: string;
  paramsType: 'msg' | 'json' | 'flow' | 'global' | 'env' | 'jsonata';
  waitReply: boolean;
  /** Milliseconds. */
  timeout: number;
  qos: Qos;
}

const PARAMS_TYPES = ['msg', 'json', 'flow', 'global', 'env', 'jsonata'] as const;

/** Settings of `ezt-command-out`. Throws `EZT_CONFIG`. */
export function commandOutSettings(raw: Raw): CommandOutSettings {
  const paramsType = oneOf(raw, 'paramsType', PARAMS_TYPES, 'msg');
  return {
    device: text(raw, 'device'),
    method: text(raw, 'method'),
    params: text(raw, 'params') || (paramsType === 'msg' ? 'payload' : ''),
    paramsType,
    waitReply: flag(raw, 'waitReply', true),
    timeout: 1000 * number(raw, 'timeout', 10, 0.001, 2_000_000, false),
    qos: qos(raw),
  };
}
