import { EventEmitter } from 'node:events';
import should from 'should';
import { listeningFor, listenToEverything, stopListening } from '../../../nodes/eztcloud-config/listening';
import type { Project } from '../../../nodes/eztcloud-config/runtime';
import { type Clock, stopClock } from '../../cloud/send/clock';

describe('listening to everything, in time', () => {
  let clock: Clock;
  beforeEach(() => {
    clock = stopClock();
  });
  afterEach(() => clock.restore());

  function opened() {
    const node = new EventEmitter();
    const events: string[] = [];
    const client = {
      listen: () => events.push('listen'),
      unlisten: () => events.push('unlisten'),
    };
    const project = {
      node,
      client,
      settings: { group: '' },
      join() {
        events.push('join');
        return client;
      },
      leave: () => events.push('leave'),
    };
    return { node, events, project: project as unknown as Project };
  }

  it('ends by itself after 30 s, and leaves nothing behind', () => {
    const { node, events, project } = opened();
    should(listenToEverything(project, 'a')).equal(30_000);
    clock.pass(29_000);
    should(listenToEverything(project, 'b')).equal(1_000);
    should(listeningFor(project)).equal(1_000);
    clock.pass(1_000);
    should(listeningFor(project)).equal(0);
    stopListening(project, 'b');
    should(events).eql(['join', 'listen', 'unlisten', 'leave']);
    should([clock.timers(), node.listenerCount('close')]).eql([0, 0]);
  });

  it('ends with its node, once', () => {
    const { node, events, project } = opened();
    listenToEverything(project, 'a');
    node.emit('close');
    clock.pass(60_000);
    should(events).eql(['join', 'listen', 'unlisten', 'leave']);
    should(clock.timers()).equal(0);
  });

  it('begins anew when it is asked for again', () => {
    const { events, project } = opened();
    listenToEverything(project, 'a');
    stopListening(project, 'a');
    should(listenToEverything(project, 'a')).equal(30_000);
    stopListening(project, 'a');
    should(events).have.length(8);
  });
});
