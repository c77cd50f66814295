import type { Command } from '../protocol/encoding';
import { EztError } from '../protocol/errors';
import type { CommandReply } from '../protocol/messages';
import { type CommandIds, createCommandIds } from './command-ids';
import { createOwnerCounts } from './owner-counts';
import {
  type Answer,
  createPendingCommand,
  type Patience,
  type PendingCommand,
  type SendCommand,
  shown,
  type Unusable,
} from './pending-command';

/** Commands that await their reply, matched by device and id (compared as text: devices may answer `"7"`). */
export interface Commands {
  idFor: CommandIds;
  /**
   * Sends `command` with `send` and awaits its reply, see {@link PendingCommand}. Rejects also with `EZT_PAYLOAD` when a
   * command with that id is pending for the device. `owner`: see {@link close}.
   */
  request(
    device: string,
    command: Pick<Command, 'method' | 'id'>,
    patience: Patience,
    send: SendCommand,
    owner: object,
  ): Promise<Answer>;
  /**
   * Takes a received reply. Returns `false` when it is the reply to no command: it is late, a duplicate, retained,
   * of another method or from somebody else's command, or it came before the command was sent.
   */
  offer(device: string, reply: CommandReply, retained: boolean): boolean;
  /** The device has sent a reply that cannot be read; `why` is for the error of a command that times out. */
  unreadable(device: string, why: string): void;
  /** Closes the pending commands of `owner`, or all, see {@link PendingCommand.close}. */
  close(owner?: object): void;
  /** Pending commands; those of `owner` if it is given. */
  size(owner?: object): number;
}

/** `repliesHeld`: whether replies may have come that nobody has read yet; no command times out then. */
export function createCommands(repliesHeld = () => false): Commands {
  /** By device, then by id. */
  const pending = new Map<string, Map<string, PendingCommand>>();
  const counts = createOwnerCounts();
  let size = 0;

  const find = (device: string, id: string | number) => pending.get(device)?.get(String(id));

  function add(device: string, id: number, command: PendingCommand) {
    const ofDevice = pending.get(device);
    if (ofDevice) ofDevice.set(String(id), command);
    else pending.set(device, new Map([[String(id), command]]));
    counts.add(command.owner, 1);
    size += 1;
  }

  function remove(device: string, id: number, owner: object) {
    const ofDevice = pending.get(device);
    ofDevice?.delete(String(id));
    if (ofDevice?.size === 0) pending.delete(device);
    counts.add(owner, -1);
    size -= 1;
  }

  function noteForAll(device: string, why: Unusable) {
    for (const command of pending.get(device)?.values() ?? []) command.note(why);
  }

  return {
    idFor: createCommandIds((device, id) => find(device, id) !== undefined),
    request(device, { id, method }, patience, send, owner) {
      if (find(device, id)) return Promise.reject(new EztError('idInFlight', { id, device }));
      const onSettled = () => remove(device, id, owner);
      const command = createPendingCommand({
        device,
        method,
        owner,
        ...patience,
        send,
        repliesHeld,
        onSettled,
      });
      add(device, id, command);
      command.begin();
      return command.answer;
    },
    offer(device, reply, retained) {
      const command = find(device, reply.id);
      if (command) return command.offer(reply, retained);
      noteForAll(device, ['replyOtherId', shown(reply.id)]);
      return false;
    },
    unreadable: (device, why) => noteForAll(device, ['replyUnreadable', why]),
    close(owner) {
      for (const ofDevice of [...pending.values()])
        for (const command of [...ofDevice.values()])
          if (owner === undefined || command.owner === owner) command.close();
    },
    size: (owner) => (owner ? counts.of(owner) : size),
  };
}
