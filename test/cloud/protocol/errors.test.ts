import fc from 'fast-check';
import should from 'should';
import { checkCommand, encodeAttributes, encodeCommand } from '../../../cloud/protocol/encoding';
import { parseEndpoint } from '../../../cloud/protocol/endpoint';
import type { Reason } from '../../../cloud/protocol/error-reasons';
import { EztError, fill, sentences } from '../../../cloud/protocol/errors';
import { contentOf, deliver } from '../../../cloud/receive/delivery';
import { type Commands, createCommands } from '../../../cloud/send/commands';
import { createOutbox } from '../../../cloud/send/outbox';
import type { SendCommand } from '../../../cloud/send/pending-command';
import { type FakeConnection, fakeConnection, messages } from '../send/fake-connection';
import { rejection } from '../send/settling';
import { cyclic, nested } from './not-json';

const OPTIONS = { limit: 1, expiry: 60_000, rate: 0 };

/** The promise of one message sent over a connection that `act` then does something to. */
function sent(
  act: (connection: FakeConnection, outbox: ReturnType<typeof createOutbox>) => void,
  maximum = 1000,
  rate = 0,
) {
  const outbox = createOutbox({ limit: 2, expiry: 20, rate });
  const connection = fakeConnection(1, maximum);
  outbox.attach(connection);
  const added = outbox.add(messages('a', 'b'));
  act(connection, outbox);
  return added.finally(() => outbox.close());
}
function full() {
  const outbox = createOutbox(OPTIONS);
  const first = outbox.add(messages('a'));
  const second = outbox.add(messages('b'));
  void outbox.close();
  return first.catch(() => second);
}
const after = (act: () => unknown) => Promise.resolve().then(act);
const sentAtOnce: SendCommand = ({ sent }) => Promise.resolve(sent());
const request = (
  id: number,
  timeout: number,
  meanwhile: (commands: Commands) => void = () => undefined,
  send = sentAtOnce,
  retries = 0,
) => {
  const commands = createCommands();
  const never = () => new Promise<void>(() => undefined);
  void commands.request('DU_1', { method: 'm', id: 5 }, { timeout: 1e6, retries: 0 }, never, {});
  const answer = commands.request('DU_1', { method: 'm', id }, { timeout, retries }, send, {});
  meanwhile(commands);
  return answer;
};
const reply = (id: number, method = 'm') => ({ method, params: {}, id });
const malformed = () =>
  new Promise((_resolve, reject) => {
    const envelope = {
      topic: 't',
      device: 'DU_1',
      project: '',
      timestamp: 1,
      qos: 1 as const,
      retain: false,
    };
    const receiver = {
      attributes: [],
      methods: [],
      dataFormat: 'json' as const,
      output: 'message' as const,
      onMessage: () => undefined,
      onMalformed: reject,
    };
    deliver({ ...envelope, type: 'alarm' }, Buffer.alloc(0), [receiver], contentOf('alarm', Buffer.alloc(0)));
  });

/** One way to each reason that this layer gives itself. */
const WAYS: [Reason, () => Promise<unknown>][] = [
  ['noEndpoint', () => after(() => parseEndpoint(''))],
  ['plaintext', () => after(() => parseEndpoint('mqtt://host'))],
  ['badEndpoint', () => after(() => parseEndpoint('x://host'))],
  ['payloadNotObject', () => after(() => encodeAttributes(5))],
  ['payloadEmpty', () => after(() => encodeAttributes({}))],
  ['payloadIsText', () => after(() => encodeAttributes('{}'))],
  ['payloadNotJson', () => after(() => encodeAttributes(nested(201)))],
  ['valueUndefined', () => after(() => encodeAttributes({ a: [undefined] }))],
  ['valueNumber', () => after(() => encodeAttributes({ a: Number.NaN }))],
  ['valueBigint', () => after(() => encodeCommand({ method: 'm', params: 1n, id: 1 }))],
  ['valueBuffer', () => after(() => encodeAttributes({ a: Buffer.of(1) }))],
  ['valueDate', () => after(() => encodeAttributes({ a: new Date(Number.NaN) }))],
  ['valueCircular', () => after(() => encodeAttributes({ a: cyclic() }))],
  ['valueType', () => after(() => encodeAttributes({ a: () => 1 }))],
  ['attributeInvalid', () => after(() => encodeAttributes({ 'a b': 1 }))],
  ['methodInvalid', () => after(() => checkCommand('', {}, 1))],
  ['idInvalid', () => after(() => checkCommand('m', {}, 0))],
  ['idInFlight', () => request(5, 1)],
  ['tooLarge', () => sent(() => undefined, 5)],
  ['queueFull', () => full()],
  ['queueTooShort', () => createOutbox(OPTIONS).add(messages('a', 'b'))],
  ['expired', () => sent((_link, outbox) => outbox.detach())],
  ['expiredUnanswered', () => sent(() => undefined)],
  ['expiredByRate', () => sent((connection) => connection.unanswered[0]?.settle(), 1000, 0.1)],
  ['publishRefused', () => sent((connection) => connection.unanswered[0]?.settle(0x87))],
  ['replyTimeout', () => request(6, 1)],
  ['replyOtherId', () => request(6, 1, (commands) => commands.offer('DU_1', reply(7), false))],
  ['replyOtherMethod', () => request(6, 1, (commands) => commands.offer('DU_1', reply(6, 'n'), false))],
  ['replyRetained', () => request(6, 1, (commands) => commands.offer('DU_1', reply(6), true))],
  [
    'replyEarly',
    () =>
      request(
        6,
        1,
        ({ offer }) => offer('DU_1', reply(6), false),
        () => Promise.resolve(),
      ),
  ],
  [
    'replyNotResent',
    () => {
      const queue = [sentAtOnce, () => createOutbox({ ...OPTIONS, limit: 0 }).add(messages('a'))];
      return request(
        6,
        1,
        () => undefined,
        (watch) => (queue.shift() as SendCommand)(watch),
        1,
      );
    },
  ],
  ['replyUnreadable', () => request(6, 1, (commands) => commands.unreadable('DU_1', 'not JSON'))],
  ['closed', () => sent((_link, outbox) => outbox.close())],
  ['malformed', malformed],
];

describe('errors', () => {
  for (const [reason, way] of WAYS) {
    it(`say in full why: ${reason}`, async () => {
      const error = await rejection(way());
      error.reason.should.equal(reason);
      error.message.should.not.match(/__\w+__|undefined/);
      should(error).be.instanceOf(Error).with.property('name', 'EZtCloud');
    });
  }

  it('have a code and a sentence each', () => {
    for (const [reason, sentence] of Object.entries(sentences())) {
      sentence.should.match(/[.:]$|__$/);
      new EztError(reason as Reason).code.should.startWith('EZT_');
    }
  });

  describe('a template', () => {
    const rows: [string, Record<string, string | number>, string][] = [
      ['a __b__ c', { b: 'x' }, 'a x c'],
      ['__a____b__', { a: 1, b: 2 }, '12'],
      ['__a__ __a__', { a: '$& $1 __b__', b: 'x' }, '$& $1 __b__ $& $1 __b__'],
      ['__a__', { a: 0 }, '0'],
      ['__a__', { a: '' }, ''],
      ['__a__', {}, '__a__'],
      ['__constructor__ __toString__', {}, '__constructor__ __toString__'],
      ['a_b __ c', { b: 'x' }, 'a_b __ c'],
    ];
    for (const [template, params, text] of rows) {
      it(`${JSON.stringify(template)} with ${JSON.stringify(params)} reads ${JSON.stringify(text)}`, () => {
        fill(template, params).should.equal(text);
      });
    }

    it('takes any value as it is', () => {
      fc.assert(
        fc.property(fc.string(), (value) => void fill('<__a__>', { a: value }).should.equal(`<${value}>`)),
      );
    });
  });
});
