import { performance } from 'node:perf_hooks';
import type { Reason } from '../protocol/error-reasons';
import { EztError } from '../protocol/errors';
import type { CommandReply } from '../protocol/messages';
import type { Withdraw } from './outbox';

/** The reply to a command. */
export interface Answer {
  reply: CommandReply;
  /** Milliseconds from the command's acceptance to its reply. */
  elapsed: number;
  /** How many times the command was sent. */
  attempts: number;
}

/** What is told of a command on its way to the broker. */
export interface SendWatch {
  /** It goes to the broker. */
  sent(): void;
  /** It waits to be sent, and can be withdrawn. */
  accepted(withdraw: Withdraw): void;
}

/** Sends a command; resolves when the broker has acknowledged it. */
export type SendCommand = (watch: SendWatch) => Promise<void>;

/** How long a reply is awaited. */
export interface Patience {
  /** Milliseconds from the broker's acknowledgement to the reply. */
  timeout: number;
  /** How often the command is sent again, with the same id and the timeout anew, when no reply has come in time. */
  retries: number;
}

export interface PendingCommandOptions extends Patience {
  device: string;
  method: string;
  owner: object;
  send: SendCommand;
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

/** A command that awaits its reply. A reply to an earlier attempt counts. */
export interface PendingCommand {
  readonly owner: object;
  /**
   * Rejects as its first sending did, with `EZT_REPLY_TIMEOUT`, or with `EZT_CLOSED`. A command that cannot be sent again
   * has had no reply, so that is `EZT_REPLY_TIMEOUT` too.
   */
  readonly answer: Promise<Answer>;
  /** Sends it for the first time. */
  begin(): void;
  /** Takes a reply with its device and id, if it is the reply to this command. Returns whether it is. */
  offer(reply: CommandReply, retained: boolean): boolean;
  /** The device sent another reply instead; the timeout error will say so. */
  note(why: Unusable): void;
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
  const { device, method, owner, timeout, retries, send, repliesHeld, onSettled } = options;
  const start = performance.now();
  const { promise: answer, resolve, reject } = withResolvers<Answer>();
  /** Of the latest attempt. */
  let state: 'unsent' | 'sent' | 'acknowledged' | 'settled' = 'unsent';
  /** How many attempts have gone to the broker. */
  let attempts = 0;
  let withdraw: Withdraw = () => false;
  let closing = false;
  let timer: NodeJS.Timeout | undefined;
  /** Other replies of the device: how many, and why the last one is not the reply. */
  let others = 0;
  let lastOther: Unusable | undefined;
  const watch: SendWatch = {
    sent,
    accepted(how) {
      withdraw = how;
    },
  };

  function begin() {
    state = 'unsent';
    try {
      send(watch).then(acknowledged, failed);
    } catch (error) {
      failed(error as Error);
    }
  }

  function sent() {
    if (state !== 'unsent') return; // the outbox sends it anew on another connection
    state = 'sent';
    attempts += 1;
  }

  function acknowledged() {
    if (state === 'settled') return; // the reply was faster than the acknowledgement
    sent();
    state = 'acknowledged';
    if (closing) fail(closedError());
    else timer = setTimeout(onTimeout, timeout);
  }

  function failed(error: Error) {
    withdraw = () => false; // it has settled; what stays on disk is to be sent later
    const again = attempts > (state === 'sent' ? 1 : 0);
    if (!again || !(error instanceof EztError)) return fail(error);
    if (error.reason === 'closedKept') return fail(error);
    fail(closing ? closedError() : noReply('replyNotResent', error.code));
  }

  function settle(): boolean {
    if (state === 'settled') return false;
    if (state !== 'acknowledged') withdraw(); // it is not sent any more, if it waits
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
    else if (attempts <= retries) begin();
    else fail(noReply(lastOther?.[0] ?? 'replyTimeout', lastOther?.[1]));
  }

  function noReply(reason: Reason, what = ''): EztError {
    const each = timeout / 1000;
    const seconds = attempts > 1 ? `${attempts} × ${each}` : each;
    return new EztError(reason, { device, seconds, attempts, count: others, what });
  }

  const closedError = () => new EztError('closedSent', { attempts });

  /** Why a reply with the id of this command is not its reply: an id that a flow chose may have been used before. */
  function whyNot(reply: CommandReply, retained: boolean): Unusable | undefined {
    if (retained) return ['replyRetained'];
    if (attempts === 0) return ['replyEarly'];
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
    begin,
    offer(reply, retained) {
      const why = whyNot(reply, retained);
      if (why !== undefined) note(why);
      else if (settle()) resolve({ reply, elapsed: Math.round(performance.now() - start), attempts });
      return why === undefined;
    },
    note,
    close() {
      closing = true;
      const resending = state === 'unsent' && attempts > 0;
      if (state === 'acknowledged' || (resending && withdraw())) fail(closedError());
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
