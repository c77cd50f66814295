import { performance } from 'node:perf_hooks';
import type { Command } from '../protocol/encoding';
import { EztError } from '../protocol/errors';
import type { CommandReply } from '../protocol/messages';
import { type CommandIds, createCommandIds } from './command-ids';

/** Of what a device sent in place of a reply that counts, an error shows so many characters. */
const MAX_SHOWN = 40;

export interface Answer {
  reply: CommandReply;
  /** Milliseconds from the command's acceptance to its reply. */
  elapsed: number;
}

/** Sends a command, and tells by `sent()` when it goes to the broker; resolves when the broker has it. */
export type SendCommand = (sent: () => void) => Promise<void>;

/** Commands that await their reply, matched by device and id (compared as text: devices may answer `"7"`). */
export interface Commands {
  idFor: CommandIds;
  /**
   * Awaits the reply to `command`; the `timeout` (ms) runs from when the broker has it. Rejects as `send` does, with
   * `EZT_REPLY_TIMEOUT`, which says what came instead, with `EZT_PAYLOAD` when that id already awaits a reply from
   * the device, or with `EZT_CLOSED`. `owner`: see {@link withdraw}.
   */
  request(
    device: string,
    command: Pick<Command, 'method' | 'id'>,
    timeout: number,
    send: SendCommand,
    owner: object,
  ): Promise<Answer>;
  /**
   * Offers a received reply; `false` when it counts for no command: late, doubled or foreign, retained, of another
   * method, or here before the command was sent.
   */
  offer(device: string, reply: CommandReply, retained: boolean): boolean;
  /** The device has sent a reply that cannot be read, and `why`. */
  unreadable(device: string, why: string): void;
  /**
   * Ends the waiting of `owner`, or of anyone, for replies, with `EZT_CLOSED`: at once where the broker has the
   * command. Others end as their sending does, which the outbox withdraws: it knows whether they are on disk.
   */
  withdraw(owner?: object): void;
  /** Commands that await a reply; of one owner when it is named. */
  size(owner?: object): number;
}

interface Pending {
  method: string;
  owner: object;
  withdraw(): void;
  sent: boolean;
  /** Replies of the device that did not count, and what the last of them was. */
  came: { count: number; last: Unusable | undefined };
  settle(outcome: CommandReply | EztError): void;
}

/** Why a reply does not count, and what of it shows that. */
type Unusable = [
  'replyOtherId' | 'replyOtherMethod' | 'replyRetained' | 'replyEarly' | 'replyUnreadable',
  what?: string,
];

/** Milliseconds until a timeout is looked at again that came while replies were held back. */
const LOOK_AGAIN = 1_000;

/** `heldBack`: replies may have come that nobody has read yet; no command times out then. */
export function createCommands(heldBack = () => false): Commands {
  /** By device, then by id. */
  const pending = new Map<string, Map<string, Pending>>();
  const counts = new Map<object, number>();
  let size = 0;

  const find = (device: string, id: string | number) => pending.get(device)?.get(String(id));

  function add(device: string, id: number, request: Pending) {
    const ofDevice = pending.get(device);
    if (ofDevice) ofDevice.set(String(id), request);
    else pending.set(device, new Map([[String(id), request]]));
    count(request.owner, 1);
  }

  function remove(device: string, id: number, { owner }: Pending) {
    const ofDevice = pending.get(device);
    ofDevice?.delete(String(id));
    if (ofDevice?.size === 0) pending.delete(device);
    count(owner, -1);
  }

  function count(owner: object, difference: number) {
    size += difference;
    const now = (counts.get(owner) ?? 0) + difference;
    if (now === 0) counts.delete(owner);
    else counts.set(owner, now);
  }

  /** For the error of each command that awaits a reply of the device. */
  function note(device: string, why: Unusable) {
    for (const request of pending.get(device)?.values() ?? []) noteFor(request, why);
  }

  return {
    idFor: createCommandIds((device, id) => find(device, id) !== undefined),
    request(device, { id, method }, timeout, send, owner) {
      if (find(device, id)) return Promise.reject(new EztError('idInFlight', { id, device }));
      const start = performance.now();
      return new Promise((resolve, reject) => {
        let timer: NodeJS.Timeout | undefined;
        let open = true;
        let [acknowledged, withdrawn] = [false, false];
        const settle = (outcome: CommandReply | Error) => {
          if (!open) return;
          open = false;
          clearTimeout(timer);
          remove(device, id, request);
          if (outcome instanceof Error) reject(outcome);
          else resolve({ reply: outcome, elapsed: Math.round(performance.now() - start) });
        };
        const withdraw = () => {
          withdrawn = true;
          if (acknowledged) settle(new EztError('closedSent'));
        };
        const came = { count: 0, last: undefined };
        const request: Pending = { method, owner, sent: false, came, settle, withdraw };
        add(device, id, request);
        const awaitReply = () => {
          acknowledged = true;
          if (!open) return; // replied before the broker's acknowledgement
          if (withdrawn) return withdraw();
          const late = () => {
            if (heldBack()) timer = setTimeout(late, LOOK_AGAIN);
            else settle(timeoutError(device, timeout, request));
          };
          timer = setTimeout(late, timeout);
        };
        const sent = () => {
          request.sent = true;
        };
        try {
          send(sent).then(awaitReply, settle);
        } catch (error) {
          settle(error as Error);
        }
      });
    },
    offer(device, reply, retained) {
      const found = find(device, reply.id);
      if (!found) {
        note(device, ['replyOtherId', shown(reply.id)]);
        return false;
      }
      const why = whyNot(found, reply, retained);
      if (why === undefined) found.settle(reply);
      else noteFor(found, why);
      return why === undefined;
    },
    unreadable: (device, why) => note(device, ['replyUnreadable', why]),
    withdraw(owner) {
      for (const ofDevice of [...pending.values()])
        for (const { owner: by, withdraw } of [...ofDevice.values()])
          if (owner === undefined || by === owner) withdraw();
    },
    size: (owner) => (owner ? (counts.get(owner) ?? 0) : size),
  };
}

function noteFor({ came }: Pending, why: Unusable) {
  came.count += 1;
  came.last = why;
}

/** Why a reply with the command's id does not answer it: with an id of the flow's own it may be that of an earlier one. */
function whyNot({ method, sent }: Pending, reply: CommandReply, retained: boolean): Unusable | undefined {
  if (retained) return ['replyRetained'];
  if (!sent) return ['replyEarly'];
  if (reply.method !== undefined && reply.method !== method) return ['replyOtherMethod', shown(reply.method)];
  return undefined;
}

const shown = (value: string | number): string => JSON.stringify(value).slice(0, MAX_SHOWN);

function timeoutError(device: string, timeout: number, { came: { count, last } }: Pending): EztError {
  const seconds = timeout / 1000;
  if (!last) return new EztError('replyTimeout', { device, seconds });
  const [reason, what = ''] = last;
  return new EztError(reason, { device, seconds, count, what });
}
