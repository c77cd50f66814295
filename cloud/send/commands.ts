import { randomInt } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { MAX_ID } from '../protocol/encoding';
import { EztError } from '../protocol/errors';
import type { CommandReply } from '../protocol/messages';

/** {@link Commands.idFor} remembers so many ids that flows brought, and up to twice as many: some 4 MB at most. */
const BROUGHT = 50_000;

export interface Answer {
  reply: CommandReply;
  /** Milliseconds from the command's acceptance to its reply. */
  elapsed: number;
}

/** Commands that await their reply, matched by device and id (compared as text: devices may answer `"7"`). */
export interface Commands {
  /**
   * The id of the next command to `device`: the one that the flow `brought`, if no command in flight to the device has
   * it (else throws `EZT_PAYLOAD`); without one a new id, 1 … 2³¹−1, unlike the last 10,000 and more of the device.
   */
  idFor(device: string, brought?: number): number;
  /**
   * Awaits the reply to a command that `send` hands over: that resolves when the broker has the command, and the
   * `timeout` (ms) runs from then. Rejects as `send` does, with `EZT_REPLY_TIMEOUT`, with `EZT_PAYLOAD` when that id
   * already awaits a reply from the device, or with `EZT_CLOSED`. `owner`: see {@link withdraw}.
   */
  request(
    device: string,
    id: number,
    timeout: number,
    send: () => Promise<void>,
    owner: object,
  ): Promise<Answer>;
  /** Offers a received reply; `false` when nobody awaits it: a late, doubled or foreign one. */
  offer(device: string, reply: CommandReply): boolean;
  /**
   * Ends the waiting of `owner`, or of anyone, for replies, with `EZT_CLOSED`: at once where the broker has the
   * command. Others end as their sending does, which the outbox withdraws: it knows whether they are on disk.
   */
  withdraw(owner?: object): void;
  /** Commands that await a reply; of one owner when it is named. */
  size(owner?: object): number;
}

interface Pending {
  owner: object;
  withdraw(): void;
  settle(outcome: CommandReply | EztError): void;
}

/** Milliseconds until a timeout is looked at again that came while replies were held back. */
const LOOK_AGAIN = 1_000;

/** `heldBack`: replies may have come that nobody has read yet; no command times out then. */
export function createCommands(heldBack = () => false): Commands {
  const pending = new Map<string, Pending>();
  const counts = new Map<object, number>();
  // Random at first: ids of two Node-REDs, or of one before and after a restart, hardly meet.
  let last = randomInt(MAX_ID);
  /** Ascending ids repeat none of their own for 2³¹ commands, but could meet these: the latest, and those before. */
  let brought = new Set<number>();
  let broughtBefore = new Set<number>();
  // No device has a `/`; an id that a device makes up may hold anything.
  const key = (device: string, id: string | number) => `${device}/${id}`;

  function count(owner: object, difference: number) {
    const now = (counts.get(owner) ?? 0) + difference;
    if (now === 0) counts.delete(owner);
    else counts.set(owner, now);
  }

  function remember(id: number) {
    brought.add(id);
    if (brought.size < BROUGHT) return;
    broughtBefore = brought;
    brought = new Set();
  }

  return {
    idFor(device, given) {
      if (given === undefined) {
        do last = (last % MAX_ID) + 1;
        while (brought.has(last) || broughtBefore.has(last) || pending.has(key(device, last)));
        return last;
      }
      if (pending.has(key(device, given))) throw new EztError('idInFlight', { id: given, device });
      remember(given);
      return given;
    },
    request(device, id, timeout, send, owner) {
      const name = key(device, id);
      if (pending.has(name)) return Promise.reject(new EztError('idInFlight', { id, device }));
      const start = performance.now();
      return new Promise((resolve, reject) => {
        let timer: NodeJS.Timeout | undefined;
        let open = true;
        let [acknowledged, withdrawn] = [false, false];
        const settle = (outcome: CommandReply | Error) => {
          if (!open) return;
          open = false;
          clearTimeout(timer);
          pending.delete(name);
          count(owner, -1);
          if (outcome instanceof Error) reject(outcome);
          else resolve({ reply: outcome, elapsed: Math.round(performance.now() - start) });
        };
        const withdraw = () => {
          withdrawn = true;
          if (acknowledged) settle(new EztError('closedSent'));
        };
        pending.set(name, { owner, settle, withdraw });
        count(owner, 1);
        const awaitReply = () => {
          acknowledged = true;
          if (!open) return; // replied before the broker's acknowledgement
          if (withdrawn) return withdraw();
          const late = () => {
            if (heldBack()) timer = setTimeout(late, LOOK_AGAIN);
            else settle(new EztError('replyTimeout', { device, seconds: timeout / 1000 }));
          };
          timer = setTimeout(late, timeout);
        };
        try {
          send().then(awaitReply, settle);
        } catch (error) {
          settle(error as Error);
        }
      });
    },
    offer(device, reply) {
      const found = pending.get(key(device, reply.id));
      found?.settle(reply);
      return found !== undefined;
    },
    withdraw(owner) {
      for (const { owner: by, withdraw } of [...pending.values()])
        if (owner === undefined || by === owner) withdraw();
    },
    size: (owner) => (owner ? (counts.get(owner) ?? 0) : pending.size),
  };
}
