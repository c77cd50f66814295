import { type Choice, type Qos, wordProblem } from '../../cloud';
import { type ConfiguredDevices, configuredDevices } from '../shared/devices';
import { allNames, choice, flag, number, qos, type Raw, text } from '../shared/raw-settings';

export interface CommandOutSettings {
  /** Empty: `msg.device`. */
  device: ConfiguredDevices;
  /** Empty: a whole command in the payload, else `msg.command`. */
  method: string;
  params: string;
  paramsType: Choice<'paramsType'>;
  waitReply: boolean;
  /** Milliseconds; `undefined`: `msg.timeout`, in seconds. */
  timeout: number | undefined;
  /** How often a command is sent again when no reply has come in time. */
  retries: number;
  /** Whether a command waits until no other one to its device is in flight, of the nodes that do so. */
  oneAtATime: boolean;
  whenOffline: Choice<'whenOffline'>;
  /** Milliseconds. */
  holdFor: number;
  /** Whether a newer command of the same method replaces a held one. */
  replaceHeld: boolean;
  /** Whether a message without reply leaves by the second output. */
  secondOutput: boolean;
  qos: Qos;
}

/** Settings of `ezt-command-out`. Throws `EZT_CONFIG`. */
export function commandOutSettings(raw: Raw): CommandOutSettings {
  const paramsType = choice(raw, 'paramsType');
  return {
    device: configuredDevices(raw),
    method: methodOf(raw),
    params: paramsOf(raw) || (paramsType === 'msg' ? 'payload' : ''),
    paramsType,
    waitReply: flag(raw, 'waitReply', true),
    timeout:
      raw.timeout !== undefined && text(raw, 'timeout') === '' ? undefined : 1000 * number(raw, 'timeout'),
    retries: number(raw, 'retries'),
    oneAtATime: flag(raw, 'oneAtATime', false),
    whenOffline: choice(raw, 'whenOffline'),
    holdFor: 1000 * number(raw, 'holdFor'),
    replaceHeld: flag(raw, 'replaceHeld', false),
    secondOutput: flag(raw, 'secondOutput', false),
    qos: qos(raw),
  };
}

function methodOf(raw: Raw): string {
  const method = text(raw, 'method');
  if (method !== '') allNames('method', [method], wordProblem);
  return method;
}

/** Of JSON and expressions `${…}` may be a part; a variable may hold JSON that is read already. */
function paramsOf({ params }: Raw): string {
  return typeof params === 'string' ? params.trim() : params === undefined ? '' : JSON.stringify(params);
}
