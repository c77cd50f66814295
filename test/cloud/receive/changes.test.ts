import should from 'should';
import { contentOf, deliver } from '../../../cloud/receive/delivery';
import type { LastSent, OwnPush } from '../../../cloud/subscriptions/listener';
import { changesOnly, envelopeOf, receiver, report, send, topicOf } from './receiver';

const seen = ({ messages }: ReturnType<typeof receiver>) =>
  messages.map(({ payload, previous, attribute, parts }) => ({
    payload,
    ...(previous !== undefined && { previous }),
    ...(attribute !== undefined && { attribute, parts: [parts?.index, parts?.count] }),
  }));

describe('changes only', () => {
  it('of attributes: the payload holds what differs, msg.previous what was sent before', () => {
    const flow = receiver({ changes: changesOnly() });
    for (const attributes of [
      { t: 20, h: 50 },
      { t: 20, h: 50 },
      { t: 21, h: 50 },
      { h: 50 },
      { t: 20, x: null },
    ])
      report(attributes, flow);
    seen(flow).should.eql([
      { payload: { t: 20, h: 50 }, previous: {} },
      { payload: { t: 21 }, previous: { t: 20 } },
      { payload: { t: 20, x: null }, previous: { t: 21 } },
    ]);
  });

  it('of values: a message for each that differs, and parts count only those', () => {
    const flow = receiver({ changes: changesOnly(), output: 'value', attributes: ['t', 'h', 'p'] });
    report({ t: 20, h: 50, p: 1, other: 1 }, flow);
    report({ t: 21, h: 50, p: 2, other: 2 }, flow);
    report({ t: 21, other: 3 }, flow);
    seen(flow).should.eql([
      { payload: 20, attribute: 't', parts: [0, 3] },
      { payload: 50, attribute: 'h', parts: [1, 3] },
      { payload: 1, attribute: 'p', parts: [2, 3] },
      { payload: 21, previous: 20, attribute: 't', parts: [0, 2] },
      { payload: 2, previous: 1, attribute: 'p', parts: [1, 2] },
    ]);
    should('previous' in (flow.messages[0] ?? {})).be.false();
  });

  it('of alarm and online: when the boolean differs, whatever stands beside it', () => {
    const [whole, value] = [
      receiver({ changes: changesOnly() }),
      receiver({ changes: changesOnly(), output: 'value' }),
    ];
    for (const text of ['{"alerting":true,"at":1}', '{"alerting":true,"at":2}', '{"alerting":false}'])
      send('alarm', text, whole, value);
    for (const text of ['{"online":false}', '{"online":false}', '{"online":true}'])
      send('online', text, whole, value);
    seen(whole).should.eql([
      { payload: { alerting: true, at: 1 } },
      { payload: { alerting: false }, previous: { alerting: true } },
      { payload: { online: false } },
      { payload: { online: true }, previous: { online: false } },
    ]);
    seen(value).should.eql([
      { payload: true },
      { payload: false, previous: true },
      { payload: false },
      { payload: true, previous: false },
    ]);
  });

  it('leaves events, command replies and data alone', () => {
    const flow = receiver({ changes: changesOnly(), dataFormat: 'text' });
    for (const _ of [1, 2]) {
      send('event_report', '{"method":"m","params":{}}', flow);
      send('command_reply', '{"method":"m","params":{},"id":1}', flow);
      send('data', 'x', flow);
    }
    flow.messages.length.should.equal(6);
    for (const message of flow.messages) should('previous' in message).be.false();
  });

  it('compares objects and lists by what they hold, and numbers in text as text', () => {
    const flow = receiver({ changes: changesOnly({ by: 10, percent: false }), output: 'value' });
    report({ a: { x: 1, y: [1, { z: 2 }] }, t: '20', l: [] }, flow);
    report({ a: { y: [1, { z: 2 }], x: 1 }, t: '20', l: [] }, flow);
    report({ a: { x: 1, y: [1, { z: 3 }] }, t: '21', l: {} }, flow);
    seen(flow)
      .slice(3)
      .should.eql([
        {
          payload: { x: 1, y: [1, { z: 3 }] },
          previous: { x: 1, y: [1, { z: 2 }] },
          attribute: 'a',
          parts: [0, 3],
        },
        { payload: '21', previous: '20', attribute: 't', parts: [1, 3] },
        { payload: {}, previous: [], attribute: 'l', parts: [2, 3] },
      ]);
  });

  it('with a deadband compares with what was sent, not with what came last; another type is a change', () => {
    const flow = receiver({ changes: changesOnly({ by: 1, percent: false }), output: 'value' });
    for (const t of [20, 20.4, 20.8, 21.2, 20.5, '20.5', 20.5]) report({ t }, flow);
    flow.messages
      .map(({ payload, previous }) => [payload, previous])
      .should.eql([
        [20, undefined],
        [21.2, 20],
        ['20.5', 21.2],
        [20.5, '20.5'],
      ]);
  });

  it('is by device, and by node', () => {
    const [one, other] = [receiver({ changes: changesOnly() }), receiver({ changes: changesOnly() })];
    report({ t: 1 }, one);
    report({ t: 1 }, one, other);
    should([one.messages.length, other.messages.length]).eql([1, 1]);
  });

  it('does not count as sent what is left out or malformed', () => {
    const flow = receiver({ changes: changesOnly(), attributes: ['t'] });
    report({ t: 1, h: 1 }, flow);
    send('attributes', '{"t":2', flow);
    report({ t: 2 }, flow);
    flow.messages.map(({ payload }) => payload).should.eql([{ t: 1 }, { t: 2 }]);
  });

  it('does not count as sent an own push that is left out: what the device then reports is sent', () => {
    const dropping = receiver({ changes: changesOnly(), own: 'drop' });
    const push = (attributes: object, own?: OwnPush) => {
      const bytes = Buffer.from(JSON.stringify(attributes));
      const content = contentOf('attributes', bytes, () => own);
      deliver(envelopeOf(topicOf('attributes')), bytes, [dropping], content);
    };
    push({ t: 20 });
    push({ t: 25 }, { device: 'DU_1', loopDepth: 0 });
    push({ t: 25 });
    seen(dropping).should.eql([
      { payload: { t: 20 }, previous: {} },
      { payload: { t: 25 }, previous: { t: 20 } },
    ]);
  });

  it('remembers JSON that a flow cannot change, and names such as constructor are names', () => {
    const sent = new Map<string, LastSent>();
    const changing = receiver({
      changes: changesOnly(undefined, sent),
      onMessage: ({ payload }) => void Object.assign((payload as { a: object }).a, { b: 'changed' }),
    });
    report({ a: { b: 1 }, constructor: 1, toString: null }, changing);
    should(JSON.parse(JSON.stringify([...sent]))).eql([
      ['DU_1', { attributes: { a: { b: 1 }, constructor: 1, toString: null } }],
    ]);
  });

  it('continues with what an earlier process has sent', () => {
    const sent = new Map<string, LastSent>([['DU_1', { attributes: { t: 1 }, online: true }]]);
    const flow = receiver({ changes: changesOnly(undefined, sent) });
    report({ t: 1 }, flow);
    send('online', '{"online":true}', flow);
    report({ t: 2 }, flow);
    seen(flow).should.eql([{ payload: { t: 2 }, previous: { t: 1 } }]);
  });

  it('does not remember more of a device than is sensible: what it does not remember is sent', () => {
    const sent = new Map<string, LastSent>();
    const flow = receiver({ changes: changesOnly(undefined, sent) });
    const many = Object.fromEntries(Array.from({ length: 1_200 }, (_, i) => [`a${i}`, i]));
    const long = { ['x'.repeat(100_000)]: 1 };
    report(long, flow);
    report(long, flow);
    report({ big: 'x'.repeat(100_000), nested: Array(50_000).fill(0) }, flow);
    report({ big: 'x'.repeat(100_000), nested: Array(50_000).fill(0) }, flow);
    report(many, flow);
    report(many, flow);
    flow.messages
      .map(({ payload }) => Object.keys(payload as object).length)
      .should.eql([1, 1, 2, 2, 1_200, 200]);
    should(JSON.stringify([...sent]).length).be.below(15_000);
  });
});
