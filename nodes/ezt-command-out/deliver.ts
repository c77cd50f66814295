import { type Answer, type Command, EztError, HOLD_ON } from '../../cloud';
import type { Message } from '../shared/input';
import type { Joined } from '../shared/project-user';
import { replyFields } from './results';
import type { CommandOutSettings } from './settings';

/** A command to one device. */
export interface Delivery {
  device: string;
  command: Command;
  /** Milliseconds. */
  timeout: number;
  /** Whether it is one of many. */
  several: boolean;
}

interface Sent {
  /** `undefined` if none is awaited. */
  answer: Answer | undefined;
}

/**
 * Sends a command as the node is set: at once, or when its device is heard. Resolves with the fields by which the message
 * goes on; with `undefined` when a newer command has replaced it.
 */
export async function deliver(
  joined: Pick<Joined<CommandOutSettings>, 'user' | 'settings' | 'listener' | 'changed'>,
  { device, command, timeout, several }: Delivery,
): Promise<Partial<Message> | undefined> {
  const { user, settings, listener, changed } = joined;
  const { qos, retries, waitReply, whenOffline, holdFor, replaceHeld, oneAtATime } = settings;
  const send = async (onSent?: () => void): Promise<Sent> => {
    changed();
    if (waitReply && listener)
      return { answer: await user.request(device, command, { qos, timeout, retries, listener, onSent }) };
    await user.send(device, command, qos, onSent);
    return { answer: undefined };
  };
  const failIfOffline = () => {
    if (whenOffline === 'fail' && user.isOffline(device)) throw new EztError('deviceOffline', { device });
  };
  const inTurn = (onSent?: () => void): Promise<Sent | typeof HOLD_ON> => {
    if (!several && !oneAtATime) return send(onSent);
    return user.inTurn({ ofList: several, device: oneAtATime ? device : undefined }, async (waited) => {
      if (!waited) return send(onSent);
      failIfOffline(); // it may have gone offline meanwhile
      return whenOffline === 'hold' && user.isOffline(device) ? HOLD_ON : send(onSent);
    });
  };

  if (whenOffline === 'fail') await user.known;
  failIfOffline();
  const options = { qos, holdFor, replaces: replaceHeld };
  try {
    const settled = whenOffline === 'hold' ? user.whenHeard(device, command, options, inTurn) : inTurn();
    changed();
    const sent = await settled;
    if (!sent || sent === HOLD_ON) return undefined;
    return { device, id: command.id, ...(sent.answer && replyFields(sent.answer, command.method)) };
  } finally {
    changed();
  }
}
