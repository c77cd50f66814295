import type { NodeAPI, NodeStatus } from 'node-red';
import type { EztError } from '../../cloud';
import { type ReasonStatus, reasonStatus } from './reason-status';

/** Milliseconds for which a status shows that a message was sent, and why one was not. */
export const SHOWN = { sent: 3_000, failed: 4_000 };

/** Why a message has failed; the connection is well. */
export interface FailureStatus extends ReasonStatus {
  code: EztError['code'];
}

/** How the last message of a node has ended, as its status shows it for a while. */
export interface Outcome {
  /** A message has been sent, or answered if it is to be. Costs a number: there may be thousands per second. */
  sent(): void;
  failed(error: EztError): void;
  /** What to show, and for how many milliseconds more. */
  now(): { status: NodeStatus | FailureStatus; left: number } | undefined;
}

/** `clock`: milliseconds since the epoch. */
export function createOutcome(RED: NodeAPI, clock: () => number = Date.now): Outcome {
  let sentAt: number | undefined;
  let failure: { error: EztError; at: number } | undefined;

  /** Milliseconds left of `lasting` since `at`. A clock that is set back ends it. */
  function left(at: number | undefined, lasting: number): number {
    const age = at === undefined ? lasting : clock() - at;
    return age < 0 ? 0 : lasting - age;
  }

  return {
    sent() {
      sentAt = clock();
      failure = undefined;
    },
    failed(error) {
      // It says that the node closes, or the project: no news to who has done it.
      if (error.code !== 'EZT_CLOSED') failure = { error, at: clock() };
    },
    now() {
      const failedFor = left(failure?.at, SHOWN.failed);
      if (failure && failedFor > 0) {
        const { reason, code } = failure.error;
        return { status: { ...reasonStatus(RED, [reason, code]), code }, left: failedFor };
      }
      const sentFor = left(sentAt, SHOWN.sent);
      if (sentAt === undefined || sentFor <= 0) return undefined;
      const text = `${RED._('eztcloud.status.sent')} ${timeOfDay(sentAt)}`;
      return { status: { fill: 'green', shape: 'dot', text }, left: sentFor };
    },
  };
}

/** `12:03:04`, in the time zone of the runtime. */
function timeOfDay(at: number): string {
  const date = new Date(at);
  const parts = [date.getHours(), date.getMinutes(), date.getSeconds()];
  return parts.map((part) => String(part).padStart(2, '0')).join(':');
}
