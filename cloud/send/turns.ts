import { queueFull } from './outbox-errors';
import { createOwnerCounts } from './owner-counts';
import { createTurnQueue, type TurnQueue } from './turn-queue';

/** What a command waits for before it is sent. */
export interface Turn {
  /** It is one of a list: of those a bounded number is in flight in the project at a time. */
  ofList: boolean;
  /** It waits until no other command that was given this device is in flight. */
  device?: string | undefined;
}

/**
 * Whose turn it is to send a command, first come, first served. Neither a command's timeout nor the expiry of the queue
 * runs while it waits for its turn: it has not been accepted yet.
 */
export interface Turns {
  /** Calls `send` when it is its turn; see {@link TurnQueue.take}. */
  take<T>(send: (waited: boolean) => Promise<T>, turn: Turn, owner: object): Promise<T>;
  /** Throws `EZT_QUEUE_FULL` when so many commands wait that no further message is to add to them. */
  checkRoom(): void;
  /** Closes what waits: of `owner`, or all. */
  close(owner?: object): void;
  /** How many wait; those of `owner` if it is given. */
  size(owner?: object): number;
}

/**
 * `inFlight`: how many commands to lists may be in flight at a time. `most`: so many may wait before a further message is
 * refused. A list is not refused for its own length.
 */
export function createTurns(inFlight: number, most: number): Turns {
  const slots = createTurnQueue(inFlight);
  const devices = new Map<string, TurnQueue>();
  const counts = createOwnerCounts();
  let waiting = 0;

  async function takeDevice<T>(device: string, send: (waited: boolean) => Promise<T>, owner: object) {
    const queue = devices.get(device) ?? createTurnQueue(1);
    devices.set(device, queue);
    try {
      return await queue.take(send, owner);
    } finally {
      if (queue.idle && devices.get(device) === queue) devices.delete(device);
    }
  }

  function count(owner: object, difference: number) {
    counts.add(owner, difference);
    waiting += difference;
  }

  return {
    async take(send, { ofList, device }, owner) {
      let waits = true;
      const endWaiting = () => {
        if (waits) count(owner, -1);
        waits = false;
      };
      const begin = (waited: boolean) => {
        endWaiting();
        return send(waited);
      };
      // First the device's turn: one that waits for it must not keep other devices from theirs.
      const inSlot = (waited: boolean) =>
        ofList ? slots.take((longer) => begin(waited || longer), owner) : begin(waited);
      count(owner, 1);
      try {
        return await (device === undefined ? inSlot(false) : takeDevice(device, inSlot, owner));
      } finally {
        endWaiting();
      }
    },
    checkRoom() {
      if (waiting >= most) throw queueFull(1, most);
    },
    close(owner) {
      slots.close(owner);
      for (const queue of devices.values()) queue.close(owner);
    },
    size: (owner) => (owner ? counts.of(owner) : waiting),
  };
}
