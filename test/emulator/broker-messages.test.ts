import should from 'should';
import { publish, subscribe } from '../conformance/lab';
import { notation } from '../conformance/notation';
import { texts, withLab } from './with-lab';

describe('messages of the emulator', () => {
  const given = withLab();

  it('hands a message of QoS 2 out once, also when it comes again before PUBREL', async () => {
    const { lab, topic } = given;
    const [client, listener] = [await lab.client(), await given.subscriber({ qos: 2 })];
    listener.acknowledging = false;
    const message = publish(topic, 'once', { qos: 2 });
    const { messageId = 0 } = message;
    notation(await client.ask(message)).should.equal('PUBREC');
    notation(await client.ask({ ...message, dup: true })).should.equal('PUBREC');
    notation(await client.ask({ cmd: 'pubrel', messageId })).should.equal('PUBCOMP');
    notation(await client.ask({ cmd: 'pubrel', messageId })).should.equal('PUBCOMP 0x92');
    await listener.caughtUp();
    should(texts(listener)).deepEqual(['once']);
    const id = listener.messages[0]?.messageId ?? 0;
    notation(await listener.ask({ cmd: 'pubrec', messageId: id })).should.equal('PUBREL');
    listener.send({ cmd: 'pubcomp', messageId: id });
    await listener.caughtUp();
  });

  it('sends again what was not acknowledged when a session is taken up, with the dup flag, or PUBREL', async () => {
    const { lab, topic } = given;
    const clientId = lab.clientId();
    const [first] = await given.kept(clientId, true);
    first.acknowledging = false;
    await first.ask(subscribe([{ topic, qos: 2 }]));
    const publisher = await lab.client();
    for (const text of ['a', 'b']) await publisher.ask(publish(topic, text));
    notation(await publisher.ask(publish(topic, 'c', { qos: 2 }))).should.equal('PUBREC');
    await first.caughtUp();
    const [a, , c] = first.messages;
    if (a) first.acknowledge(a);
    await first.ask({ cmd: 'pubrec', messageId: c?.messageId ?? 0 });
    first.socket.destroy();
    const [second, connack] = await given.kept(clientId, false);
    should(connack).have.property('sessionPresent', true);
    notation(await second.answer()).should.equal('PUBREL');
    await second.caughtUp();
    should(second.messages.map(({ payload, dup }) => [payload.toString(), dup])).deepEqual([['b', true]]);
  });

  it('hands properties on as they came', async () => {
    const { lab, topic } = given;
    const [client, listener] = [await lab.client(), await given.subscriber()];
    const properties = { contentType: 'application/json', userProperties: { unit: '℃' } };
    await client.ask({ ...publish(topic), properties });
    await listener.caughtUp();
    should({ ...listener.messages[0]?.properties }).have.property('contentType', 'application/json');
    should({ ...listener.messages[0]?.properties?.userProperties }).deepEqual({ unit: '℃' });
  });

  it('does not send what is larger than a client takes, and goes on', async () => {
    const { lab, topic } = given;
    const listener = await lab.client({ properties: { maximumPacketSize: 200 } });
    await listener.ask(subscribe([topic]));
    const client = await lab.client();
    await client.ask(publish(topic, 'x'.repeat(200)));
    await client.ask(publish(topic, 'short'));
    await listener.caughtUp();
    should(texts(listener)).deepEqual(['short']);
  });

  it('drops what has expired while a session was away, and says how long the rest is good', async () => {
    const { lab, topic } = given;
    const clientId = lab.clientId();
    const [first] = await given.kept(clientId, true);
    await first.ask(subscribe([topic]));
    await first.leave();
    const client = await lab.client();
    for (const [text, messageExpiryInterval] of [
      ['late', 0],
      ['good', 60],
    ] as const)
      await client.ask({ ...publish(topic, text), properties: { messageExpiryInterval } });
    const [again] = await given.kept(clientId, false);
    await again.caughtUp();
    should(texts(again)).deepEqual(['good']);
    should(again.messages[0]?.properties?.messageExpiryInterval).be.within(1, 60);
  });

  it('sends nothing back with no-local, and keeps the retain flag where it is asked for', async () => {
    const { topic } = given;
    const client = await given.subscriber({ nl: true });
    const listener = await given.subscriber({ rap: true });
    await client.ask(publish(topic, 'x', { retain: true }));
    await listener.caughtUp();
    should([client.messages.length, listener.messages[0]?.retain]).deepEqual([0, true]);
  });

  it('sends retained messages as the subscription wants them, none for a share, none that is withdrawn', async () => {
    const { lab, topic } = given;
    const client = await lab.client();
    await client.ask(publish(topic, 'kept', { retain: true }));
    const counts = async (...wanted: { topic: string; qos: 1; rh?: number }[]) => {
      const listener = await lab.client();
      for (const subscription of wanted) await listener.ask(subscribe([subscription]));
      await listener.caughtUp();
      return listener.messages.length;
    };
    const filter = lab.topic('+');
    should(await counts({ topic: filter, qos: 1 }, { topic: filter, qos: 1 })).equal(2);
    should(await counts({ topic, qos: 1, rh: 1 }, { topic, qos: 1, rh: 1 })).equal(1);
    should(await counts({ topic, qos: 1, rh: 2 })).equal(0);
    should(await counts({ topic: `$share/g/${topic}`, qos: 1 })).equal(0);
    await client.ask(publish(topic, '', { retain: true }));
    should(await counts({ topic: filter, qos: 1 })).equal(0);
  });
});
