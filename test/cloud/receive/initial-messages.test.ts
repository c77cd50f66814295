import should from 'should';
import type { Channel } from '../../../cloud/protocol/topics';
import type { LastSent, Listener } from '../../../cloud/subscriptions/listener';
import { receiver } from './receiver';
import { end, learn, listenerOf, NOW, openInitial, told } from './with-initial';

describe('initial', () => {
  it('tells what is known of each device and type, as a message of that type holds it', async () => {
    const { at, memory, initial } = openInitial();
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
    should([initial.pending, at.done]).eql([false, 1]);
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
    const { memory, initial } = openInitial();
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
    const { memory, initial } = openInitial();
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
    const { memory, initial } = openInitial();
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
    const { memory, initial } = openInitial();
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
});
