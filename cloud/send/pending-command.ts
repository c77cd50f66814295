import { performance } from 'node:perf_hooks';
import { EztError } from '../protocol/errors';
import type { CommandReply } from '../protocol/messages';

/** The reply to a command. */
export interface Answer {
  reply: CommandReply;
  /** Milliseconds from the command's acceptance to its reply. */
  elapsed: number;
}

export interface PendingCommandOptions {
  device: string;
  method: string;
  owner: object;
  /** Milliseconds from the broker's acknowledgement to the reply. */
  timeout: number;
  /** Replies may have come that nobody has read yet: the command does not time out then. */
  repliesHeld(): boolean;
  /** Called once, before `answer` settles. */
  onSettled(): void;
}

/** Why a reply is not the reply to a command, and the part of it that shows that. */
export type Unusable = [
  'replyOtherId' | 'replyOtherMethod' | 'replyRetained' | 'replyEarly' | 'replyUnreadable',
  what?: string,
];

/** A command that awaits its reply. */
export interface PendingCommand {
  readonly owner: object;
  /** Rejects with `EZT_REPLY_TIMEOUT`, with `EZT_CLOSED`, or as its sending did. */
  readonly answer: Promise<Answer>;
  /** It goes to the broker: replies count from now on. */
  sent(): void;
  /** The broker has it: the timeout runs from now on. */
  acknowledged(): void;
  /** Takes a reply with its device and id, if it is the reply to this command. Returns whether it is. */
  offer(reply: CommandReply, retained: boolean): boolean;
  /** The device sent another reply instead; the timeout error will say so. */
  note(why: Unusable): void;
  fail(error: Error): void;
  /**
   * Fails with `EZT_CLOSED` if the broker has the command, or as soon as it has. Until then the outbox decides: it
   * knows whether the command is on disk.
   */
  close(): void;
}

/** Milliseconds until a timeout is checked again while replies are held back. */
const CHECK_AGAIN = 1_000;
/** Characters shown of what a device sent instead of the reply. */
const MAX_SHOWN = 40;

export function createPendingCommand(options: PendingCommandOptions): PendingCommand {
  const { device, method, owner, timeout, repliesHeld, onSettled } = options;
  const start = performance.now();
  const { promise: answer, resolve, reject } = withResolvers<Answer>();
  let state: 'unsent' | 'sent' | 'acknowledged' | 'settled' = 'unsent';
  let closing = false;
  let timer: NodeJS.Timeout | undefined;
  /** Other replies of the device: how many, and why the last one is not the reply. */
  let others = 0;
  let lastOther: Unusable | undefined;

  function settle(): boolean {
    if (state === 'settled') return false;
    state = 'settled';
    clearTimeout(timer);
    onSettled();
    return true;
  }

  function fail(error: Error) {
    if (settle()) reject(error);
  }

  function onTimeout() {
    if (repliesHeld()) timer = setTimeout(onTimeout, CHECK_AGAIN);
    else fail(timeoutError());
  }

  function timeoutError(): EztError {
    const seconds = timeout / 1000;
    if (!lastOther) return new EztError('replyTimeout', { device, seconds });
    const [reason, what = ''] = lastOther;
    return new EztError(reason, { device, seconds, count: others, what });
  }

  /** Why a reply with the id of this command is not its reply: an id that a flow chose may have been used before. */
  function whyNot(reply: CommandReply, retained: boolean): Unusable | undefined {
    if (retained) return ['replyRetained'];
    if (state === 'unsent') return ['replyEarly'];
    if (reply.method !== undefined && reply.method !== method)
      return ['replyOtherMethod', shown(reply.method)];
    return undefined;
  }

  function note(why: Unusable) {
    others += 1;
    lastOther = why;
  }

  return {
    owner,
    answer,
    sent() {
      if (state === 'unsent') state = 'sent';
    },
    acknowledged() {
      if (state === 'settled') return; // the reply was faster than the acknowledgement
      state = 'acknowledged';
      if (closing) fail(new EztError('closedSent'));
      else timer = setTimeout(onTimeout, timeout);
    },
    offer(reply, retained) {
      const why = whyNot(reply, retained);
      if (why !== undefined) note(why);
      else if (settle()) resolve({ reply, elapsed: Math.round(performance.now() - start) });
      return why === undefined;
    },
    note,
    fail,
    close() {
      closing = true;
      if (state === 'acknowledged') fail(new EztError('closedSent'));
    },
  };
}

/** As `Promise.withResolvers`, which Node.js 20 does not have. */
function withResolvers<T>() {
  let resolve: (value: T) => void = () => undefined;
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<T>((...both) => {
    [resolve, reject] = both;
  });
  return { promise, resolve, reject };
}

export const shown = (value: string | number): string => JSON.stringify(value).slice(0, MAX_SHOWN);
