import should from 'should';
import { createDeviceMemory } from '../../../cloud/devices/device-memory';
import type { ValueMessage } from '../../../cloud/protocol/device-message';
import type { Channel } from '../../../cloud/protocol/topics';
import { createInitial } from '../../../cloud/receive/initial';
import type { LastSent, Listener, Receiver } from '../../../cloud/subscriptions/listener';
import { until } from '../../support/events';
import { turn } from '../send/settling';
import { receiver } from './receiver';

const NOW = 1_700_000_000_000;

describe('initial', () => {
  let paused: boolean;
  let done: number;
  let errors: unknown[];
  beforeEach(() => {
    paused = false;
    done = 0;
    errors = [];
  });

  const learn = (
    memory: ReturnType<typeof createDeviceMemory>,
    device: string,
    channel: Channel,
    payload: unknown,
    at = NOW,
  ) => memory.learn({ device, channel }, payload, at, true);

  function open(memory = createDeviceMemory()) {
    const initial = createInitial({
      projectKey: 'PR_1',
      project: 'Factory',
      names: () => (device: string) => (device === 'DU_2' ? 'Pump' : undefined),
      memory,
      paused: () => paused,
      onDone: () => {
        done += 1;
      },
      onError: (error) => errors.push(error),
    });
    return { memory, initial };
  }
  const listenerOf = (to: Receiver, properties: Partial<Listener> = {}): Listener => ({
    devices: [],
    channels: ['attributes'],
    streams: [],
    qos: 1,
    unshared: false,
    receiver: to,
    ...properties,
  });
  const end = (initial: { pending: boolean }) => until(() => !initial.pending, 5_000, 'the end');
  const told = ({ messages }: { messages: ValueMessage[] }) =>
    messages.map(({ device, type, payload }) => `${device} ${type} ${JSON.stringify(payload)}`);

  it('tells what is known of each device and type, as a message of that type holds it', async () => {
    const { memory, initial } = open();
    learn(memory, 'DU_1', 'attributes', { t: 20 }, NOW);
    learn(memory, 'DU_1', 'attributes', { h: 50 }, NOW + 5);
    learn(memory, 'DU_1', 'online', { online: false });
    learn(memory, 'DU_2', 'alarm', { alerting: true, more: 1 });
    learn(memory, 'DU_2', 'event_report', { method: 'm', params: {} });
    const flow = receiver({ initial: true });
    const channels: Channel[] = ['attributes', 'event_report', 'command_reply', 'data', 'alarm', 'online'];
    initial.add(listenerOf(flow, { channels }));
    should(initial.pending).be.true();
    await end(initial);
    should([initial.pending, done]).eql([false, 1]);
    should(told(flow)).eql([
      'DU_1 attributes {"t":20,"h":50}',
      'DU_1 online {"online":false}',
      'DU_2 alarm {"alerting":true}',
    ]);
    should(flow.messages.map(({ name }) => name)).eql([undefined, undefined, 'Pump']);
    const [{ age = -1, ...message } = {}] = flow.messages;
    should(message).eql({
      topic: 'open/PR_1/DU_1/attributes',
      device: 'DU_1',
      project: 'Factory',
      timestamp: NOW + 5,
      qos: 0,
      retain: false,
      type: 'attributes',
      payload: { t: 20, h: 50 },
      known: true,
    });
    should(age).be.within(0, Date.now() - NOW);
  });

  it('tells values one by one, with parts, each with its own time', async () => {
    const { memory, initial } = open();
    learn(memory, 'DU_1', 'attributes', { t: 20, x: 1 }, NOW);
    learn(memory, 'DU_1', 'attributes', { h: 50 }, NOW + 5);
    learn(memory, 'DU_1', 'online', { online: true });
    const flow = receiver({
      initial: true,
      output: 'value',
      attributes: ['h', 't', 'none'],
      topic: 'attribute',
    });
    initial.add(listenerOf(flow, { channels: ['attributes', 'online'] }));
    await end(initial);
    should(
      flow.messages.map(({ topic, payload, timestamp, parts }) => [
        topic,
        payload,
        timestamp,
        parts?.index,
        parts?.count,
      ]),
    ).eql([
      ['DU_1/h', 50, NOW + 5, 0, 2],
      ['DU_1/t', 20, NOW, 1, 2],
      ['DU_1/online', true, NOW, undefined, undefined],
    ]);
  });

  it('tells nothing of what is not known, filtered out, or of other devices', async () => {
    const { memory, initial } = open();
    learn(memory, 'DU_1', 'attributes', { t: 20 });
    learn(memory, 'DU_2', 'attributes', { h: 50 });
    const flow = receiver({ initial: true, attributes: ['t'] });
    const other = receiver({ initial: true });
    const off = receiver();
    initial.add(listenerOf(flow, { channels: ['attributes', 'online', 'alarm'] }));
    initial.add(listenerOf(other, { devices: ['DU_2', 'DU_3'] }));
    initial.add(listenerOf(off));
    initial.add({ ...listenerOf(off), receiver: undefined } as unknown as Listener);
    await end(initial);
    should([told(flow), told(other), told(off)]).eql([
      ['DU_1 attributes {"t":20}'],
      ['DU_2 attributes {"h":50}'],
      [],
    ]);
  });

  it('gives values of its own: what a flow changes stays what was known', async () => {
    const { memory, initial } = open();
    learn(memory, 'DU_1', 'attributes', { a: { b: 1 } });
    const flow = receiver({
      initial: true,
      onMessage: ({ payload }) => void Object.assign((payload as { a: object }).a, { b: 'changed' }),
    });
    initial.add(listenerOf(flow));
    await end(initial);
    should(memory.get('DU_1')?.attributes.get('a')?.value).eql({ b: 1 });
  });

  it('counts as sent for a node that sends changes only, and has no msg.previous', async () => {
    const { memory, initial } = open();
    learn(memory, 'DU_1', 'attributes', { t: 20 });
    learn(memory, 'DU_1', 'online', { online: true });
    learn(memory, 'DU_1', 'alarm', { alerting: false });
    const sent = new Map<string, LastSent>([['DU_1', { attributes: { t: 20, h: 1 } }]]);
    const flow = receiver({ initial: true, changes: { deadband: undefined, sent } });
    initial.add(listenerOf(flow, { channels: ['attributes', 'alarm', 'online'] }));
    await end(initial);
    flow.messages.length.should.equal(3);
    for (const message of flow.messages) should('previous' in message).be.false();
    should([...sent]).eql([['DU_1', { attributes: { t: 20, h: 1 }, alarm: false, online: true }]]);
  });

  it('waits for the end of a deploy, and is not for a node that has closed in it', async () => {
    const { memory, initial } = open();
    learn(memory, 'DU_1', 'attributes', { t: 20 });
    paused = true;
    const [flow, gone] = [receiver({ initial: true }), receiver({ initial: true })];
    const listener = listenerOf(gone);
    initial.add(listenerOf(flow));
    initial.add(listener);
    await turn();
    should(told(flow)).eql([]);
    initial.remove(listener);
    paused = false;
    initial.resume();
    should([told(flow), told(gone)]).eql([['DU_1 attributes {"t":20}'], []]);
  });

  it('comes again on each new connection, but not on the first, when nothing can have been learned', async () => {
    const { memory, initial } = open();
    learn(memory, 'DU_1', 'attributes', { t: 20 });
    const flow = receiver({ initial: true });
    initial.add(listenerOf(flow));
    await end(initial);
    initial.connected();
    should(told(flow).length).equal(1);
    learn(memory, 'DU_1', 'attributes', { t: 21 });
    initial.connected();
    should(told(flow)).eql(['DU_1 attributes {"t":20}', 'DU_1 attributes {"t":21}']);
    initial.close();
    initial.connected();
    should(told(flow).length).equal(2);
  });

  it('goes on after a flow that throws', async () => {
    const { memory, initial } = open();
    for (const device of ['DU_1', 'DU_2']) learn(memory, device, 'attributes', { t: 20 });
    const flow = receiver({
      initial: true,
      onMessage: () => {
        throw new Error('broken on purpose');
      },
    });
    initial.add(listenerOf(flow));
    await end(initial);
    should([errors.length, done, initial.pending]).eql([2, 1, false]);
  });

  it('tells of 100,000 devices in slices, between which the event loop turns, devices come, and a deploy may begin', async () => {
    const { memory, initial } = open();
    for (let i = 0; i < 100_000; i += 1) learn(memory, `DU_${i}`, 'attributes', { t: i });
    let [count, inTurn, most, turns] = [0, 0, 0, 0];
    const flow = receiver({
      initial: true,
      onMessage: () => {
        count += 1;
        inTurn += 1;
      },
    });
    const look = () => {
      most = Math.max(most, inTurn);
      inTurn = 0;
      turns += 1;
      if (turns === 10) paused = true;
      if (turns === 20) {
        should(count).be.below(100_000);
        paused = false;
        initial.resume();
        inTurn = 0; // of this turn, which had one slice
      }
      if (initial.pending) setImmediate(look);
    };
    initial.add(listenerOf(flow));
    setImmediate(look);
    await until(() => !initial.pending, 20_000, 'the end');
    should(count).equal(100_000);
    should(most).be.within(1, 500);
    should(done).equal(1);
  });
});
