import type { ClientOptions, Pending } from './client-options';
import { type HoldingParts, openHolding } from './holding';
import { NUMBERS } from './protocol/limits';
import { type Commands, createCommands } from './send/commands';
import type { HeldCommands } from './send/held-commands';
import { openOutbox } from './send/open-outbox';
import type { Outbox } from './send/outbox';
import type { OutboxCounters } from './send/pending-messages';
import { type SentWatcher, watchSent } from './send/sent';
import { createTurns, type Turns } from './send/turns';

/** What a project has to send: messages, commands, and commands that are held for devices that are offline. */
export interface Sending {
  readonly outbox: Outbox;
  readonly sent: SentWatcher;
  readonly commands: Commands;
  readonly turns: Turns;
  readonly held: HeldCommands;
  readonly counters: OutboxCounters;
  pending(): Pending;
  /** Settles everything. `drains`: the broker may acknowledge messages for another 1.5 s. */
  close(drains: boolean): Promise<void>;
}

export interface SendingParts extends Pick<HoldingParts, 'listeners' | 'memory'> {
  /** Gets every push of attributes as it goes to the broker. */
  onPush(device: string, payload: Buffer): void;
  /** Whether replies may have come that nobody has read yet. */
  repliesHeld(): boolean;
}

/** Milliseconds; after that come the disk, DISCONNECT and the end of the session, within 3 s in all. */
const DRAINING = 1_500;

export function openSending(options: ClientOptions, parts: SendingParts): Sending {
  const { username: projectKey, queue, disk, onError } = options;
  const { listeners, memory, onPush, repliesHeld } = parts;
  const inFlight = options.commandsInFlight ?? NUMBERS.commandsInFlight.byDefault;
  const outbox = openOutbox(projectKey, queue, disk, onError);
  const sent = watchSent(projectKey, onPush);
  const commands = createCommands(repliesHeld);
  const turns = createTurns(Math.min(inFlight, queue.limit), queue.limit);
  const held = openHolding(options, { listeners, memory, outbox, sent });
  return {
    outbox,
    sent,
    commands,
    turns,
    held,
    get counters() {
      return { ...outbox.counters, replaced: outbox.counters.replaced + held.replaced };
    },
    pending: () => ({
      queued: outbox.size(),
      commands: commands.size() + turns.size(),
      held: held.size(),
    }),
    async close(drains) {
      turns.close();
      commands.close();
      if (drains) await outbox.drained(DRAINING);
      await outbox.close();
      await held.close();
      commands.close(); // Node-RED goes on giving messages to nodes that are closing
    },
  };
}
