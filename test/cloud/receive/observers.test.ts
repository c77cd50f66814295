import should from 'should';
import { createDeviceMemory } from '../../../cloud/devices/device-memory';
import { type Channel, topicParser } from '../../../cloud/protocol/topics';
import { createInbox } from '../../../cloud/receive/inbox';
import { createRecentMessages } from '../../../cloud/receive/recent-messages';
import type { Heard, Listener } from '../../../cloud/subscriptions/listener';
import { createRouter } from '../../../cloud/subscriptions/router';
import { createBroker } from '../subscriptions/broker';
import { receiver } from './receiver';

/** By a filter of its own, and by one of the shared-subscription group. */
const [ALONE, SHARED] = [1, 9];

describe('observers', () => {
  function open(group = '') {
    const router = createRouter('PR_1', group);
    const memory = createDeviceMemory();
    const recent = createRecentMessages();
    let own = false;
    const errors: unknown[] = [];
    const inbox = createInbox({
      project: '',
      parse: topicParser('PR_1'),
      router,
      subscriptions: { isDuplicate: () => false },
      memory,
      recent,
      ownPushes: { of: (device) => (own ? () => ({ device, loopDepth: 0 }) : undefined) },
      replies: () => undefined,
      grouped: group !== '',
      paused: () => false,
      onError: (error) => errors.push(error),
    });
    const connection = { ...createBroker().connection, acknowledge: () => undefined };
    /** Of every device. */
    const listen = (wish: Pick<Listener, 'channels'> & Partial<Listener>) =>
      router.add({ devices: [], streams: [], qos: 1, unshared: false, ...wish });
    return {
      listen,
      memory,
      recent,
      errors,
      observe(unshared = false) {
        const heard: Heard[] = [];
        const channels: Channel[] = ['attributes', 'data', 'online', 'alarm'];
        listen({ channels, unshared, observe: (each) => heard.push(each) });
        return heard;
      },
      receive(
        path: string,
        text: string,
        { retain = false, identifiers = [] as number[], mine = false } = {},
      ) {
        own = mine;
        const topic = `open/PR_1/${path}`;
        inbox.receive(connection, {
          topic,
          payload: Buffer.from(text),
          qos: 0,
          retain,
          identifiers,
          packetId: 0,
        });
      },
    };
  }

  it('are told whether the device itself has spoken, or the platform, the broker or we', () => {
    const { observe, receive, memory } = open();
    const heard = observe();
    const spoken: [path: string, text: string, options: object, alive: boolean][] = [
      ['DU_1/attributes', '{"t":1}', {}, true],
      ['DU_1/attributes', 'not JSON', {}, true],
      ['DU_1/data/s', 'x', {}, true],
      ['DU_1/online', '{"online":true}', {}, true],
      ['DU_2/online', '{"online":false}', {}, false],
      ['DU_2/online', 'not JSON', {}, false],
      ['DU_2/alarm', '{"alerting":true}', {}, false],
      ['DU_2/alarm', '{"alerting":false}', {}, false],
      ['DU_2/attributes', '{"t":1}', { retain: true }, false],
      ['DU_2/attributes', '{"t":1}', { mine: true }, false],
    ];
    for (const [path, text, options] of spoken) receive(path, text, options);
    heard.map(({ alive }) => alive).should.eql(spoken.map(([, , , alive]) => alive));
    (memory.get('DU_2')?.online === false).should.be.true();
  });

  it('are told all the same when one of them throws', () => {
    const { observe, receive, errors } = open();
    const first = observe();
    first.push = () => {
      throw new Error('one of them');
    };
    const second = observe();
    receive('DU_1/attributes', '{"t":1}');
    second.length.should.equal(1);
    errors.length.should.equal(1);
  });

  it('and the memory get what was sent, whatever a flow that runs at once makes of it', () => {
    const { listen, observe, receive, memory } = open();
    const flow = receiver({
      onMessage({ payload }) {
        Object.assign(payload as object, { t: 'changed' });
      },
    });
    listen({ channels: ['attributes'], receiver: flow });
    const heard: unknown[] = [];
    observe().push = ({ payload }) => heard.push(structuredClone(payload));
    receive('DU_1/attributes', '{"t":1}');
    should(heard).eql([{ t: 1 }]);
    should(memory.get('DU_1')?.attributes.get('t')?.value).equal(1);
  });

  it('and flows get a message from which the memory cannot learn', () => {
    const { listen, observe, receive, memory, errors } = open();
    memory.learn = () => {
      throw new Error('out of order');
    };
    const flow = receiver();
    listen({ channels: ['attributes'], receiver: flow });
    const heard = observe();
    receive('DU_1/attributes', '{"t":1}');
    should([flow.messages.length, heard.length, String(errors)]).eql([1, 1, 'Error: out of order']);
  });

  it('of a group get its messages, and one that shares nothing gets all, each once', () => {
    const { observe, receive, recent } = open('g');
    const shared = observe();
    const alone = observe(true);
    receive('DU_1/attributes', '{"t":1}', { identifiers: [SHARED] });
    receive('DU_1/attributes', '{"t":1}', { identifiers: [ALONE] });
    receive('DU_2/attributes', '{"t":2}', { identifiers: [ALONE] });
    receive('DU_3/attributes', '{"t":3}', { identifiers: [SHARED, ALONE] });
    shared.map(({ device }) => device).should.eql(['DU_1', 'DU_3']);
    alone.map(({ device }) => device).should.eql(['DU_1', 'DU_2', 'DU_3']);
    should(recent.newest().map(({ device }) => device)).eql(['DU_3', 'DU_2', 'DU_1']);
  });

  it('of a group are told of our own push that it is ours, whichever copy they get', () => {
    const { observe, receive, memory } = open('g');
    const heard = observe(true);
    for (const identifier of [SHARED, ALONE])
      receive('DU_1/attributes', '{"t":1}', { identifiers: [identifier], mine: true });
    heard.map(({ alive }) => alive).should.eql([false]);
    should(memory.get('DU_1')?.attributes.get('t')?.value).equal(1);
  });

  it('the memory learns once of what comes in two copies with a group, by the one that every member gets', () => {
    const { observe, receive, memory } = open('group');
    observe();
    receive('DU_1/attributes', '{"t":1}', { identifiers: [SHARED] });
    receive('DU_1/attributes', '{"t":2}', { identifiers: [SHARED] });
    should(memory.get('DU_1')?.attributes.get('t')?.value).equal(2);
    observe(true);
    for (const t of [3, 4])
      for (const identifier of [SHARED, ALONE])
        receive('DU_1/attributes', `{"t":${t}}`, { identifiers: [identifier] });
    const { value, previous } = memory.get('DU_1')?.attributes.get('t') ?? {};
    should([value, previous]).eql([4, 3]);
  });
});
