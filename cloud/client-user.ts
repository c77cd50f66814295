import { type Command, encodeCommand } from './protocol/encoding';
import { EztError } from './protocol/errors';
import { formatTopic, type Qos } from './protocol/topics';
import type { OwnPushes } from './receive/own-pushes';
import type { CommandIds } from './send/command-ids';
import type { Commands, SendCommand } from './send/commands';
import type { Message } from './send/message';
import type { Outbox } from './send/outbox';
import type { Answer } from './send/pending-command';
import type { SentWatcher } from './send/sent';
import type { Listener } from './subscriptions/listener';
import type { Listeners } from './subscriptions/listeners';
import type { Subscriptions } from './subscriptions/subscriptions';
import { describeCode, formatCode } from './transport/reason-codes';

export interface RequestOptions {
  qos: Qos;
  /** Milliseconds from the broker's acknowledgement to the reply. */
  timeout: number;
  /** Listens for the replies of the device. */
  listener: Listener;
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
  send(device: string, command: Command, qos: Qos): Promise<void>;
  /**
   * Sends a command and awaits its reply. Rejects as {@link Outbox.add} and {@link Commands.request}, and with
   * `EZT_REFUSED` when the broker refuses the subscription to replies.
   */
  request(device: string, command: Command, options: RequestOptions): Promise<Answer>;
  /** The id of the next command to `device`. */
  commandId: CommandIds;
  /** Messages that the broker has not acknowledged, and commands that await their reply. */
  pending(): { queued: number; commands: number };
  /**
   * Settles everything pending: messages may be acknowledged for another `timeout` ms, what is left then and all
   * commands are settled with `EZT_CLOSED`.
   */
  close(timeout: number): Promise<void>;
}

/** How a command is sent. */
interface Sending {
  onSent?: () => void;
  until?: Promise<void> | undefined;
  /** See {@link Message.lifetime}. */
  lifetime?: number;
}

/** The parts of a client that its users share. */
export interface UserParts {
  projectKey: string;
  outbox: Outbox;
  commands: Commands;
  listeners: Listeners;
  subscriptions: Subscriptions;
  ownPushes: OwnPushes;
  sent: SentWatcher;
  isConnected(): boolean;
}

export function createUser(parts: UserParts): ClientUser {
  const { projectKey, outbox, commands, listeners, subscriptions, ownPushes, sent, isConnected } = parts;
  /** Identifies this user in the outbox and among the commands. */
  const owner = {};

  async function send(device: string, command: Command, qos: Qos, { onSent, until, lifetime }: Sending = {}) {
    const topic = formatTopic(projectKey, device, 'command_send');
    const payload = encodeCommand(command);
    if (onSent) sent.on(payload, onSent);
    try {
      await outbox.add([{ topic, payload, qos, lifetime }], owner, until);
    } finally {
      if (onSent) sent.off(payload);
    }
  }

  function checkReplies(listener: Listener) {
    const code = listeners.refusalOf(listener);
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
    send: (device, command, qos) => send(device, command, qos),
    request(device, command, { qos, timeout, listener }) {
      const sendWhenSubscribed: SendCommand = (onSent) => {
        listeners.update();
        const until = subscriptions.settling?.then(() => checkReplies(listener));
        if (!until) checkReplies(listener);
        return send(device, command, qos, { onSent, until, lifetime: timeout });
      };
      return commands.request(device, command, timeout, sendWhenSubscribed, owner);
    },
    commandId: commands.idFor,
    pending: () => ({ queued: outbox.size(owner), commands: commands.size(owner) }),
    async close(timeout) {
      commands.close(owner);
      if (isConnected()) await outbox.drained(timeout, owner);
      await outbox.closeFor(owner);
      commands.close(owner); // those that the closing node has still been given
    },
  };
}
