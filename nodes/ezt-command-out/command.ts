import type { Node, NodeAPI } from 'node-red';
import { checkCommand, EztError, notObject, wholeCommand } from '../../cloud';
import type { Message } from '../shared/input';
import { asError } from '../shared/texts';
import type { CommandOutSettings } from './settings';

/**
 * The command that node and message name together: the node's method, else a whole command in `msg.payload`, else
 * `msg.command`. Its `id` is set only where a whole command brings one. Throws `EZT_PAYLOAD`.
 */
export async function commandOf(RED: NodeAPI, node: Node, settings: CommandOutSettings, message: Message) {
  const { payload, command } = message;
  const whole = settings.method === '' ? wholeCommand(payload) : undefined;
  if (whole) return checkCommand(whole.method, whole.params, whole.id);
  const method = settings.method || command;
  // Perhaps it was meant to be a whole command.
  if ((method ?? '') === '' && typeof payload === 'string') throw methodMissing(payload);
  const { method: checked } = checkCommand(method, undefined);
  return checkCommand(checked, await paramsOf(RED, node, settings, message));
}

function methodMissing(payload: string): EztError {
  const why = notObject(payload);
  return why.reason === 'payloadIsText' ? why : new EztError('methodInvalid');
}

/** The parameters, from where the node's settings say. Throws `EZT_PAYLOAD` if they are not there. */
async function paramsOf(
  RED: NodeAPI,
  node: Node,
  settings: CommandOutSettings,
  message: Message,
): Promise<unknown> {
  const { params, paramsType } = settings;
  // The default source may be missing: an Inject node without payload sends a command without parameters.
  if (paramsType === 'msg' && params === 'payload' && !('payload' in message)) return undefined;
  try {
    const value = await evaluate(RED, node, settings, message);
    const missing = value === undefined || (paramsType === 'env' && value === '');
    if (missing) throw new EztError('paramsMissing', { where: placeOf(settings) });
    // The environment of the process is always text.
    return paramsType === 'env' && typeof value === 'string' ? JSON.parse(value) : value;
  } catch (error) {
    if (error instanceof EztError) throw error;
    throw new EztError('paramsInvalid', { detail: asError(error).message });
  }
}

function evaluate(
  RED: NodeAPI,
  node: Node,
  { params, paramsType }: CommandOutSettings,
  message: Message,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    RED.util.evaluateNodeProperty(params, paramsType, node, message, (error, found: unknown) => {
      // Node-RED reads on where the path has ended: `a.b` of a message without `a`.
      if (error && paramsType === 'msg' && error instanceof TypeError) resolve(undefined);
      else if (error) reject(error);
      else resolve(found);
    });
  });
}

const MAX_PLACE = 100;

/** Where the parameters come from, as the form shows it. */
export function placeOf({ params, paramsType }: CommandOutSettings): string {
  const place = params.slice(0, MAX_PLACE);
  switch (paramsType) {
    case 'msg':
    case 'flow':
    case 'global':
      // A context store other than the default is written `#:(store)::key`.
      return `${paramsType}.${place.replace(/^#:\(.*?\)::/, '').replace(/^msg\./, '')}`;
    case 'env':
      return /\$\{/.test(place) ? place : `\${${place}}`;
    case 'json':
    case 'jsonata':
      return place;
  }
}
