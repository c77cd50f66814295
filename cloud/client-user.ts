import type { Pending } from './client-options';
import type { DeviceMemory } from './devices/known-device';
import { isOffline } from './devices/offline';
import { type Command, encodeCommand } from './protocol/encoding';
import { EztError } from './protocol/errors';
import { formatTopic, type Qos } from './protocol/topics';
import type { OwnPushes } from './receive/own-pushes';
import type { CommandIds } from './send/command-ids';
import type { Commands } from './send/commands';
import type { CommandToHold, HeldCommands, SendHeld } from './send/held-commands';
import type { Message } from './send/message';
import type { Outbox } from './send/outbox';
import type { Answer, SendCommand, SendWatch } from './send/pending-command';
import type { SentWatcher } from './send/sent';
import type { Turn, Turns } from './send/turns';
import type { Listener } from './subscriptions/listener';
import type { Listeners } from './subscriptions/listeners';
import type { Subscriptions } from './subscriptions/subscriptions';
import { describeCode, formatCode } from './transport/reason-codes';

export interface RequestOptions {
  qos: Qos;
  /** Milliseconds from the broker's acknowledgement to the reply. */
  timeout: number;
  /** How often the command is sent again when no reply has come in time; 0 by default. */
  retries?: number;
  /** Listens for the replies of the device. */
  listener: Listener;
  /** Called when it goes to the broker. */
  onSent?: (() => void) | undefined;
}

/** How a command is held for a device that is offline. */
export interface HoldOptions extends Pick<CommandToHold, 'holdFor' | 'replaces'> {
  qos: Qos;
}

export interface PushOptions {
  /** See {@link Message.latest}. */
  latest?: boolean;
  /** See {@link OwnPush}; 0 by default. */
  loopDepth?: number;
}

/** What one node sends, with what it has pending. */
export interface ClientUser {
  /** Publishes `payload` as attributes of each device; settles as {@link Outbox.add}. */
  push(devices: readonly string[], payload: Buffer, qos: Qos, options?: PushOptions): Promise<number>;
  /** Sends a command; resolves when the broker has acknowledged it. Rejects as {@link Outbox.add}. */
  send(device: string, command: Command, qos: Qos, onSent?: () => void): Promise<void>;
  /**
   * Sends a command and awaits its reply. Rejects as {@link Outbox.add} and {@link Commands.request}, and with
   * `EZT_REFUSED` when the broker refuses the subscription to replies.
   */
  request(device: string, command: Command, options: RequestOptions): Promise<Answer>;
  /** Calls `send` when it is the command's turn; settles as {@link Turns.take}. */
  inTurn<T>(turn: Turn, send: (waited: boolean) => Promise<T>): Promise<T>;
  /** See {@link Turns.checkRoom}. */
  checkRoom(): void;
  /** Resolves when what an earlier process knew of the devices is known. */
  readonly known: Promise<void> | undefined;
  /** Whether the device is known to be offline. */
  isOffline(device: string): boolean;
  /** Sends a command, or holds it while the device is known to be offline; see {@link HeldCommands.hold}. */
  whenHeard<T>(
    device: string,
    command: Command,
    options: HoldOptions,
    send: SendHeld<T>,
  ): Promise<T | undefined>;
  /** The id of the next command to `device`. */
  commandId: CommandIds;
  pending(): Pending;
  /**
   * Settles everything pending: messages may be acknowledged for another `timeout` ms, what is left then and all
   * commands are settled with `EZT_CLOSED`.
   */
  close(timeout: number): Promise<void>;
}

/** How a command is sent. */
interface SendOptions {
  onSent?: (() => void) | undefined;
  watch?: SendWatch;
  until?: Promise<void> | undefined;
  /** See {@link Message.lifetime}. */
  lifetime?: number;
}

/** The parts of a client that its users share. */
export interface UserParts {
  projectKey: string;
  outbox: Outbox;
  commands: Commands;
  turns: Turns;
  held: HeldCommands;
  memory: Pick<DeviceMemory, 'get'> & Partial<Pick<DeviceMemory, 'loaded'>>;
  listeners: Pick<Listeners, 'update' | 'refusalOf'>;
  subscriptions: Pick<Subscriptions, 'settling'>;
  ownPushes: Pick<OwnPushes, 'setLoopDepth'>;
  sent: SentWatcher;
  isConnected(): boolean;
}

export function createUser(parts: UserParts): ClientUser {
  const {
    projectKey,
    outbox,
    commands,
    turns,
    held,
    memory,
    listeners,
    subscriptions,
    ownPushes,
    sent,
    isConnected,
  } = parts;
  /** Identifies this user in the outbox and among the commands. */
  const owner = {};

  const messageOf = (device: string, command: Command, qos: Qos): Message => ({
    topic: formatTopic(projectKey, device, 'command_send'),
    payload: encodeCommand(command),
    qos,
  });

  async function send(device: string, command: Command, qos: Qos, how: SendOptions = {}) {
    const { onSent, watch, until, lifetime } = how;
    const { topic, payload } = messageOf(device, command, qos);
    const isWatched = onSent !== undefined || watch !== undefined;
    if (isWatched)
      sent.on(payload, () => {
        onSent?.();
        watch?.sent();
      });
    try {
      await outbox.add([{ topic, payload, qos, lifetime }], owner, until, watch?.accepted);
    } finally {
      if (isWatched) sent.off(payload);
    }
  }

  function checkReplies(listener: Listener) {
    const code = listeners.refusalOf({ ...listener, channels: ['command_reply'] });
    if (code === undefined) return;
    throw new EztError('repliesRefused', { reason: describeCode(code), code: formatCode(code) });
  }

  return {
    push(devices, payload, qos, { latest = false, loopDepth = 0 } = {}) {
      if (loopDepth > 0) ownPushes.setLoopDepth(payload, loopDepth);
      const topics = devices.map((device) => formatTopic(projectKey, device, 'attributes_push'));
      return outbox.add(
        topics.map((topic): Message => ({ topic, payload, qos, latest })),
        owner,
      );
    },
    send: (device, command, qos, onSent) => send(device, command, qos, { onSent }),
    request(device, command, { qos, timeout, retries = 0, listener, onSent }) {
      const sendWhenSubscribed: SendCommand = (watch) => {
        listeners.update();
        const until = subscriptions.settling?.then(() => checkReplies(listener));
        if (!until) checkReplies(listener);
        return send(device, command, qos, { onSent, watch, until, lifetime: timeout });
      };
      return commands.request(device, command, { timeout, retries }, sendWhenSubscribed, owner);
    },
    inTurn: (turn, send) => turns.take(send, turn, owner),
    checkRoom: turns.checkRoom,
    known: memory.loaded,
    isOffline: (device) => isOffline(memory, device),
    whenHeard(device, command, { qos, holdFor, replaces }, send) {
      const message = messageOf(device, command, qos);
      return held.hold({ device, method: command.method, message, holdFor, replaces }, send, owner);
    },
    commandId: commands.idFor,
    pending: () => ({
      queued: outbox.size(owner),
      commands: commands.size(owner) + turns.size(owner),
      held: held.size(owner),
    }),
    async close(timeout) {
      turns.close(owner);
      commands.close(owner);
      await held.closeFor(owner);
      if (isConnected()) await outbox.drained(timeout, owner);
      await outbox.closeFor(owner);
      await held.closeFor(owner);
      turns.close(owner);
      commands.close(owner); // those that the closing node has still been given
    },
  };
}
