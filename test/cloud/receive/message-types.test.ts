import should from 'should';
import type { DeviceMessage, ValueMessage } from '../../../cloud';
import type { Channel } from '../../../cloud/protocol/topics';
import { receiver, send } from './receiver';

/** A function as people write it against the declarations: it compiles only while they hold the contract's fields. */
function said(message: DeviceMessage): string | undefined {
  switch (message.type) {
    case 'event_report':
      return `event ${message.event}`;
    case 'command_reply':
      return `command ${message.command ?? '?'} ${message.id}`;
    case 'data':
      return `stream ${message.stream}`;
    case 'alarm':
      return `alerting ${message.payload.alerting}`;
    case 'online':
      return `online ${message.payload.online}`;
    case 'attributes':
      return Object.keys(message.payload).join();
  }
}

/** `undefined` unless a declaration has a `method`. */
const none: 'method' extends keyof DeviceMessage | keyof ValueMessage ? 'a method' : undefined = undefined;

const ROWS: [Channel, string, string][] = [
  ['attributes', '{"a":1,"method":"x"}', 'a,method'],
  ['event_report', '{"method":"motion"}', 'event motion'],
  ['command_reply', '{"method":"reset","id":7}', 'command reset 7'],
  ['data', '{"method":"x"}', 'stream s1'],
  ['alarm', '{"alerting":true,"method":"x"}', 'alerting true'],
  ['online', '{"online":false,"method":"x"}', 'online false'],
];

describe('declared message types', () => {
  for (const [type, text, reads] of ROWS) {
    it(`${type}: are what is delivered, and msg.method is never set`, () => {
      const [message, value] = [receiver(), receiver({ output: 'value' })];
      send(type, text, message, value);
      should(said(message.messages[0] as DeviceMessage)).equal(reads);
      for (const each of [...message.messages, ...value.messages])
        should(Object.hasOwn(each, 'method')).be.false();
      should(none).be.undefined();
    });
  }
});
