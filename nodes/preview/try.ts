import { performance } from 'node:perf_hooks';
import type { Node, NodeAPI } from 'node-red';
import {
  type Channel,
  type Client,
  type ClientUser,
  copyParams,
  EztError,
  encodeAttributes,
  type Listener,
} from '../../cloud';
import { commandOf } from '../ezt-command-out/command';
import { deliver } from '../ezt-command-out/deliver';
import type { CommandOutSettings } from '../ezt-command-out/settings';
import { timeoutOf } from '../ezt-command-out/timeout';
import type { Project } from '../eztcloud-config/runtime';
import type { FormValues } from './form-values';
import { messageOf, type OutForm, type Typed } from './out-form';
import { checkReadable, targets } from './out-preview';
import { type Problem, problemOf } from './problem';
import { shown } from './shown';

/** What has become of what was sent to one device. */
export interface TryResult {
  device: string;
  ok: boolean;
  /** Milliseconds until the acknowledgement, the reply or the failure. */
  ms: number;
  /** Of a command. */
  id?: number;
  reply?: string;
  attempts?: number;
  problem?: Problem;
}

/** Devices at a time; milliseconds for a connection, and for a reply; how often a command is sent again. */
const MOST = { devices: 20, connecting: 5_000, timeout: 60_000, retries: 3 };

interface Sending {
  user: ClientUser;
  client: Client;
  /** How long it has taken so far, in milliseconds. */
  elapsed(): number;
}

export interface TryRequest {
  form: OutForm;
  typed: Typed;
  deployed: FormValues['deployed'];
  /** Aborts when nobody waits any more. */
  signal: AbortSignal;
}

/**
 * Sends one push or command with the values of a form, as a node would, and resolves when it has ended for each device.
 * Rejects with what is wrong before anything is sent.
 */
export async function tryOut(RED: NodeAPI, project: Project, request: TryRequest): Promise<TryResult[]> {
  const { form, typed, signal } = request;
  const devices = targets(RED, project.aliases, form, typed);
  if (devices.length > MOST.devices)
    throw new EztError('tryTooMany', { count: devices.length, limit: MOST.devices });
  const sendTo = await prepare(RED, project, request, devices);
  /** Makes the project keep its connection, or open one, as long as this takes. */
  const guest: Node = Object.create(project.node);
  const client = project.join(guest);
  const user = client.user();
  const end = () => user.close(0);
  signal.addEventListener('abort', end);
  try {
    await connected(client, signal, MOST.connecting);
    const begun = performance.now();
    const elapsed = () => Math.round(performance.now() - begun);
    return await sendTo({ user, client, elapsed });
  } finally {
    signal.removeEventListener('abort', end);
    await end();
    project.leave(guest);
  }
}

/** Checks all that is sent; what is wrong with it is wrong for every device. */
async function prepare(
  RED: NodeAPI,
  { node }: Project,
  { form, typed, deployed }: TryRequest,
  devices: readonly string[],
): Promise<(sending: Sending) => Promise<TryResult[]>> {
  const message = messageOf(RED, form, typed);
  if (form.type === 'ezt-attr-out') {
    const { attribute, qos } = form.settings;
    const payload = encodeAttributes(message.payload, attribute);
    return ({ user, elapsed }) =>
      forEach(RED, devices, elapsed, async (device) => {
        await user.push([device], payload, qos);
        return {};
      });
  }
  const settings = bounded(form.settings);
  checkReadable(settings, deployed?.properties);
  const { method, params: given, id } = await commandOf(RED, deployed?.node ?? node, settings, message);
  const command = { method, params: copyParams(given), id };
  const timeout = Math.min(MOST.timeout, timeoutOf(settings.timeout, message));
  return (sending) => sendCommand(RED, sending, { settings, command, timeout, devices });
}

interface CommandToTry {
  settings: CommandOutSettings;
  /** The id of a whole command, if it brings one. */
  command: { method: string; params: unknown; id: number | undefined };
  /** Milliseconds. */
  timeout: number;
  devices: readonly string[];
}

async function sendCommand(
  RED: NodeAPI,
  { user, client, elapsed }: Sending,
  { settings, command, timeout, devices }: CommandToTry,
): Promise<TryResult[]> {
  const listener = listenerOf(settings, devices);
  const joined = { user, settings, listener, changed: () => undefined };
  const several = devices.length > 1;
  client.listen(listener);
  try {
    return await forEach(RED, devices, elapsed, async (device) => {
      const id = user.commandId(device, command.id);
      const answer = await deliver(joined, { device, command: { ...command, id }, timeout, several });
      const { payload, attempts } = answer ?? {};
      return {
        id,
        ...(payload !== undefined && { reply: shown(payload) }),
        ...(typeof attempts === 'number' && { attempts }),
      };
    });
  } finally {
    client.unlisten(listener);
  }
}

/** Nobody waits in front of a form for as long as a flow may. */
const bounded = (settings: CommandOutSettings): CommandOutSettings => ({
  ...settings,
  whenOffline: settings.whenOffline === 'send' ? 'send' : 'fail',
  retries: Math.min(MOST.retries, settings.retries),
});

function listenerOf(
  { waitReply, whenOffline, qos }: CommandOutSettings,
  devices: readonly string[],
): Listener {
  const channels: Channel[] = waitReply ? ['command_reply'] : [];
  if (whenOffline !== 'send') channels.push('online');
  return { devices, channels, streams: [], qos, unshared: true };
}

const forEach = (
  RED: NodeAPI,
  devices: readonly string[],
  elapsed: () => number,
  send: (device: string) => Promise<Partial<TryResult>>,
): Promise<TryResult[]> =>
  Promise.all(
    devices.map(async (device) => {
      try {
        const answer = await send(device);
        return { device, ok: true, ms: elapsed(), ...answer };
      } catch (error) {
        return { device, ok: false, ms: elapsed(), problem: problemOf(RED, error) };
      }
    }),
  );

/** Rejects with `EZT_EXPIRED` when there is no connection within `ms`, with `EZT_CLOSED` when nobody waits any more. */
export function connected(
  client: Pick<Client, 'state' | 'onChange'>,
  signal: AbortSignal,
  ms: number,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = () => {
      if (client.state.is === 'connected') end(resolve);
    };
    const abort = () => end(() => reject(new EztError('closed')));
    const timer = setTimeout(() => end(() => reject(new EztError('expired', { seconds: ms / 1000 }))), ms);
    const off = client.onChange(look);
    signal.addEventListener('abort', abort);
    function end(settle: () => void) {
      clearTimeout(timer);
      off();
      signal.removeEventListener('abort', abort);
      settle();
    }
    if (signal.aborted) abort();
    else look();
  });
}
