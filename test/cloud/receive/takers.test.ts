import should from 'should';
import type { Channel } from '../../../cloud/protocol/topics';
import type { Incoming } from '../../../cloud/receive/incoming';
import { findTakers } from '../../../cloud/receive/takers';
import { subscriptionIdentifier } from '../../../cloud/subscriptions/filters';
import type { Listener, Receiver } from '../../../cloud/subscriptions/listener';
import { createRouter } from '../../../cloud/subscriptions/router';
import { receiver } from './receiver';

describe('who takes a message', () => {
  const [OWN, SHARED] = [false, true].map((shared) => subscriptionIdentifier('+/attributes', shared)) as [
    number,
    number,
  ];
  const awaited = receiver();

  function open(group: string, awaits: Receiver | undefined = undefined) {
    const router = createRouter('PR_1', group);
    const takers = findTakers(router, group !== '', () => awaits);
    const listen = (more: Partial<Listener> = {}) => {
      const listener = {
        devices: [],
        channels: ['attributes'],
        streams: [],
        qos: 1,
        unshared: false,
      } as const;
      router.add({ ...listener, ...more });
    };
    return { listen, ...takers };
  }
  const incoming = (identifiers: number[], channel: Channel = 'attributes', answered = false): Incoming => ({
    connection: {} as Incoming['connection'],
    received: { identifiers } as unknown as Incoming['received'],
    topic: { device: 'DU_1', channel },
    timestamp: 1,
    answered,
  });

  it('are the receivers and observers of its device and type; the memory learns also without any', () => {
    const { listen, takersOf } = open('');
    should(takersOf(incoming([]))).deepEqual({ receivers: [], observers: [], learns: true });
    const [one, other] = [receiver(), receiver()];
    const observe = () => undefined;
    listen({ receiver: one });
    listen({ receiver: other, devices: ['DU_2'] });
    listen({ observe, devices: ['DU_1'] });
    listen({ observe, channels: ['alarm'] });
    should(takersOf(incoming([OWN]))).deepEqual({ receivers: [one], observers: [observe], learns: true });
  });

  it('in a group: each copy for those it was sent to, and the memory learns from one of them', () => {
    const { listen, takersOf, isForGroup } = open('halves');
    const [shared, own] = [receiver(), receiver()];
    listen({ receiver: shared });
    should(takersOf(incoming([SHARED]))).deepEqual({ receivers: [shared], observers: [], learns: true });
    listen({ receiver: own, unshared: true });
    should(takersOf(incoming([SHARED]))).deepEqual({ receivers: [shared], observers: [], learns: false });
    should(takersOf(incoming([OWN]))).deepEqual({ receivers: [own], observers: [], learns: true });
    should([isForGroup(incoming([SHARED])), isForGroup(incoming([OWN]))]).deepEqual([true, false]);
    // One copy for all, as of a broker that merges them or, without identifiers, of MQTT 3.1.1.
    for (const identifiers of [[OWN, SHARED], []])
      should(takersOf(incoming(identifiers))).deepEqual({
        receivers: [shared, own],
        observers: [],
        learns: true,
      });
  });

  it('command replies go to the commands, once, before the flows; not the copy for the group', () => {
    const { listen, takersOf, waitingFor } = open('halves', awaited);
    const flow = receiver();
    listen({ receiver: flow, channels: ['command_reply'] });
    listen({ receiver: flow, channels: ['attributes'] });
    const receivers = (...of: Parameters<typeof incoming>) => takersOf(incoming(...of)).receivers;
    should(receivers([], 'command_reply')).deepEqual([awaited, flow]);
    should(receivers([], 'command_reply', true)).deepEqual([flow]);
    should(receivers([SHARED], 'command_reply')).deepEqual([flow]);
    should(receivers([], 'attributes')).deepEqual([flow]);
    should(waitingFor(incoming([OWN], 'command_reply'))).equal(awaited);
    should(open('').takersOf(incoming([], 'command_reply')).receivers).deepEqual([]);
  });
});
