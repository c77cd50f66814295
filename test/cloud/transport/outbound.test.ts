import should from 'should';
import { until } from '../../support/events';
import type { ScriptedBroker } from '../../support/scripted-broker';
import { dial, dialled, upTo } from './harness';
import { withBroker } from './with-broker';

const payload = Buffer.from('{"a":1}');

describe('transport: messages to the broker', () => {
  let broker: ScriptedBroker;
  withBroker((started) => {
    broker = started;
  });

  it('share their packet identifiers with SUBSCRIBE and UNSUBSCRIBE', async () => {
    broker.on.publish = () => undefined;
    const line = await dialled(broker);
    const { connection } = line;
    const answers: Promise<unknown>[] = [];
    for (const n of upTo(20)) {
      connection.publish('a', payload, n % 2 === 0 ? 1 : 2, () => undefined);
      answers.push(connection.subscribe([[`s${n}`, 1]]), connection.unsubscribe([`u${n}`]));
    }
    await Promise.all(answers);
    await broker.packet('publish', 20);
    const packets = [
      ...broker.packets('publish'),
      ...broker.packets('subscribe'),
      ...broker.packets('unsubscribe'),
    ];
    const ids = packets.map(({ messageId }) => messageId);
    should([ids.length, new Set(ids).size]).deepEqual([60, 60]);
    should(line.closed).be.empty();
    await connection.close(false);
  });

  for (const [cmd, qos] of [
    ['puback', 1],
    ['pubrec', 2],
  ] as const) {
    for (const [reasonCode, refused] of [
      [0x01, undefined],
      [0x42, undefined],
      [0x80, 0x80],
      [0xab, 0xab],
      [0xff, 0xff],
    ] as const) {
      const what = refused === undefined ? 'success' : 'a refusal';
      it(`${cmd} 0x${reasonCode.toString(16)} is ${what}, and the connection stays`, async () => {
        broker.on.publish = ({ messageId = 0 }, connection) => {
          connection.raw([cmd === 'puback' ? 0x40 : 0x50, 3, messageId >> 8, messageId & 255, reasonCode]);
        };
        const line = await dialled(broker);
        const settled: (number | undefined)[] = [];
        line.connection.publish('a', payload, qos, (code) => settled.push(code));
        await until(() => settled.length === 1, 2000, 'the answer');
        should(settled).deepEqual([refused]);
        should(await line.connection.subscribe([['b', 1]])).deepEqual([1]);
        should(line.closed).be.empty();
        await line.connection.close(false);
      });
    }
  }

  it('that are refused fail with the reason of the broker', async () => {
    broker.on.publish = ({ messageId = 0 }, connection) =>
      connection.send({
        cmd: 'puback',
        messageId,
        reasonCode: 0x97,
        properties: { reasonString: 'not so fast', userProperties: { a: 'b' } },
      });
    const line = await dialled(broker);
    const said: unknown[] = [];
    line.connection.publish('a', payload, 1, (...answer) => said.push(answer));
    await until(() => said.length === 1, 2000, 'the answer');
    should(said).deepEqual([[0x97, 'not so fast']]);
    await line.connection.close(false);
  });

  for (const transport of ['CONNACK', 'DISCONNECT'] as const) {
    it(`what the broker says with ${transport} stands in the refusal, on one line and not too long`, async () => {
      const properties = {
        reasonString: `try\r\n\u001b[31melsewhere ${'x'.repeat(300)}`,
        serverReference: 'b.example',
      };
      broker.on.connect = (_packet, connection) => {
        if (transport === 'CONNACK') connection.connack(0x9c, properties);
        else {
          connection.connack();
          connection.send({ cmd: 'disconnect', reasonCode: 0x9c, properties });
          connection.close();
        }
      };
      const line = dial(broker);
      await until(() => line.closed.length === 1, 2000, 'the end');
      const detail = String(line.closed[0]?.detail);
      should(detail).match(/^use another server \(0x9C\).*b\.example.*try.*elsewhere/);
      should(detail).not.match(/\p{Cc}/u);
      should(detail.length).be.below(300);
    });
  }
});
