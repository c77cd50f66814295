import should from 'should';
import type { Topic } from '../../../cloud/protocol/topics';
import type { Receiver } from '../../../cloud/subscriptions/listener';
import { receiver, send } from './receiver';

/** What one receiver of this form gets, without the envelope and `parts`. */
function got(channel: Topic['channel'], bytes: string | Buffer, form: Partial<Receiver>) {
  const one = receiver(form);
  send(channel, bytes, one);
  return one.messages.map(({ topic, device, project, timestamp, qos, retain, parts, ...rest }) => rest);
}

const EVENT = '{"method":"m","params":{"a":1},"x":2}';
const REPLY = '{"method":"m","params":{"a":1},"id":"7"}';

describe('delivery, by type and form', () => {
  const rows: [string, Topic['channel'], string, Partial<Receiver>, object[]][] = [
    ['attributes', 'attributes', '{"a":1,"b":2}', {}, [{ type: 'attributes', payload: { a: 1, b: 2 } }]],
    ['no attributes', 'attributes', '{}', {}, [{ type: 'attributes', payload: {} }]],
    [
      'some attributes',
      'attributes',
      '{"a":1,"b":2}',
      { attributes: ['b', 'c'] },
      [{ type: 'attributes', payload: { b: 2 } }],
    ],
    ['none of some attributes', 'attributes', '{"a":1}', { attributes: ['b'] }, []],
    [
      'attributes named as members of an object',
      'attributes',
      '{"a":1}',
      { attributes: ['toString', '__proto__'] },
      [],
    ],
    [
      'attributes by value',
      'attributes',
      '{"a":1,"b":null}',
      { output: 'value' },
      [
        { type: 'attributes', payload: 1, attribute: 'a' },
        { type: 'attributes', payload: null, attribute: 'b' },
      ],
    ],
    [
      'some attributes by value',
      'attributes',
      '{"a":1,"b":2}',
      { output: 'value', attributes: ['b'] },
      [{ type: 'attributes', payload: 2, attribute: 'b' }],
    ],
    ['no attributes by value', 'attributes', '{}', { output: 'value' }, []],
    [
      'an event',
      'event_report',
      EVENT,
      {},
      [{ type: 'event_report', event: 'm', payload: { method: 'm', params: { a: 1 }, x: 2 } }],
    ],
    [
      'an event by value',
      'event_report',
      EVENT,
      { output: 'value' },
      [{ type: 'event_report', event: 'm', payload: { a: 1 } }],
    ],
    [
      'an event of some methods',
      'event_report',
      EVENT,
      { methods: ['n', 'm'], output: 'value' },
      [{ type: 'event_report', event: 'm', payload: { a: 1 } }],
    ],
    ['an event of other methods', 'event_report', EVENT, { methods: ['M', 'mm'] }, []],
    [
      'a reply',
      'command_reply',
      REPLY,
      {},
      [{ type: 'command_reply', command: 'm', id: '7', payload: { method: 'm', params: { a: 1 }, id: '7' } }],
    ],
    [
      'a reply by value',
      'command_reply',
      REPLY,
      { output: 'value' },
      [{ type: 'command_reply', command: 'm', id: '7', payload: { a: 1 } }],
    ],
    [
      'a reply without a method',
      'command_reply',
      '{"id":7}',
      {},
      [{ type: 'command_reply', id: 7, payload: { id: 7, params: {} } }],
    ],
    ['a reply without a method where some are named', 'command_reply', '{"id":7}', { methods: ['m'] }, []],
    ['a reply of other methods', 'command_reply', REPLY, { methods: ['n'] }, []],
    ['data', 'data', 'x', {}, [{ type: 'data', stream: 's1', payload: Buffer.from('x') }]],
    [
      'data by value',
      'data',
      '5',
      { output: 'value', dataFormat: 'json' },
      [{ type: 'data', stream: 's1', payload: 5 }],
    ],
    [
      'an alarm',
      'alarm',
      '{"alerting":true,"x":1}',
      {},
      [{ type: 'alarm', payload: { alerting: true, x: 1 } }],
    ],
    [
      'an alarm by value',
      'alarm',
      '{"alerting":false,"x":1}',
      { output: 'value' },
      [{ type: 'alarm', payload: false }],
    ],
    ['online', 'online', '{"online":true}', {}, [{ type: 'online', payload: { online: true } }]],
    [
      'online by value',
      'online',
      '{"online":false}',
      { output: 'value' },
      [{ type: 'online', payload: false }],
    ],
    [
      'an alarm where attributes and methods are filtered',
      'alarm',
      '{"alerting":true}',
      { attributes: ['a'], methods: ['m'], output: 'value' },
      [{ type: 'alarm', payload: true }],
    ],
  ];
  for (const [what, channel, text, form, messages] of rows) {
    it(`hands over ${what}`, () => should(got(channel, text, form)).eql(messages));
  }
});
