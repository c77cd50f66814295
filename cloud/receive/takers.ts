import type { Receiver } from '../subscriptions/listener';
import type { Router } from '../subscriptions/router';
import { copies } from './copies';
import type { Incoming } from './incoming';
import { type Observer, withObserver } from './observers';

/** Who takes one received message. */
export interface Takers {
  receivers: readonly Receiver[];
  observers: readonly Observer[];
  /** Whether the device memory learns from it, and not from another copy of it. */
  learns: boolean;
}

/** `grouped`: whether the project uses a shared-subscription group. `replies` takes command replies that are awaited. */
export function findTakers(router: Router, grouped: boolean, replies: () => Receiver | undefined) {
  const { isShared, isFor } = copies(grouped);

  /** The receiver of command replies, if this is one that has not been offered yet. */
  function waitingFor({ topic, received, answered }: Incoming): Receiver | undefined {
    if (topic.channel !== 'command_reply' || answered || isShared(received)) return undefined;
    return replies();
  }

  function takersOf(incoming: Incoming): Takers {
    const { topic, received } = incoming;
    const waiting = waitingFor(incoming);
    const receivers: Receiver[] = waiting ? [waiting] : [];
    let observers: readonly Observer[] = [];
    let learns = true;
    router.match(topic, ({ receiver, observe, unshared }) => {
      if (isFor(received, unshared)) {
        if (receiver) receivers.push(receiver);
        if (observe) observers = withObserver(observers, observe);
      } else if (unshared) {
        learns = false; // the copy for this listener comes besides
      }
    });
    return { receivers, observers, learns };
  }

  return { takersOf, waitingFor, isForGroup: ({ received }: Incoming) => isFor(received, false) };
}
