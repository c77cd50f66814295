import { mock } from 'node:test';
import { generate } from 'mqtt-packet';
import should from 'should';
import { publish, subscribe } from '../conformance/lab';
import { notation } from '../conformance/notation';
import type { RawClient } from '../conformance/raw-client';
import { texts, withLab } from './with-lab';

describe('connections of the emulator', () => {
  const given = withLab();

  it('sends a will when a client is cut off, not when it says goodbye', async () => {
    const { lab, topic } = given;
    const listener = await given.subscriber();
    const will = { topic, payload: Buffer.from('gone'), qos: 1 as const, retain: false };
    await (await lab.client({ will })).leave();
    const cut = await lab.client({ will: { ...will, payload: Buffer.from('cut') } });
    cut.socket.destroy();
    while (listener.messages.length === 0) await listener.caughtUp();
    should(texts(listener)).deepEqual(['cut']);
  });

  it('sends no will that may not be published', async () => {
    const { emulator, lab, topic } = given;
    const settings = emulator.admin?.settings;
    const will = { topic, payload: Buffer.from('cut'), qos: 0 as const, retain: true };
    const client = await lab.client({ will });
    if (settings) settings.denied = { publish: [topic], subscribe: [] };
    client.socket.destroy();
    await (await lab.client()).caughtUp();
    if (settings) settings.denied = { publish: [], subscribe: [] };
    const late = await given.subscriber();
    await late.caughtUp();
    should(texts(late)).deepEqual([]);
  });

  it('takes topic aliases, of the numbers that it has announced', async () => {
    const { lab, topic } = given;
    const [client, listener] = [await lab.client(), await given.subscriber()];
    const alias = (name: string, topicAlias: number) => ({
      ...publish(name, 'x'),
      properties: { topicAlias },
    });
    await client.ask(alias(topic, 65_535));
    await client.ask(alias('', 65_535));
    await listener.caughtUp();
    should(listener.messages.map((message) => message.topic)).deepEqual([topic, topic]);
    should(listener.messages[0]?.properties).not.have.property('topicAlias');
    notation(await client.ask(alias('', 7))).should.equal('DISCONNECT 0x82');
    const another = await lab.client();
    notation(await another.ask(alias(topic, 0))).should.equal('DISCONNECT 0x94');
  });

  it('forgets a session that was to end with its connection, or is told so at the end', async () => {
    const { lab } = given;
    const clientId = lab.clientId();
    const [first] = await given.kept(clientId, true);
    first.send({ cmd: 'disconnect', reasonCode: 0, properties: { sessionExpiryInterval: 0 } });
    await first.closed();
    const [second, connack] = await given.kept(clientId, false);
    should(connack).have.property('sessionPresent', false);
    await second.leave();
    await lab.client({ clientId, clean: false });
    const [, last] = await given.kept(clientId, false);
    should(last).have.property('sessionPresent', false);
  });

  it('ends a connection that breaks the rules, and says why in MQTT 5', async () => {
    const { lab } = given;
    const answers = async (act: (client: RawClient) => void, version: 4 | 5 = 5) => {
      const client = await lab.client({ version });
      act(client);
      return notation(await client.answer());
    };
    should(await answers((client) => client.raw(Buffer.from([0x00, 0x00])))).equal('DISCONNECT 0x81');
    should(await answers((client) => client.raw(Buffer.from([0x00, 0x00])), 4)).equal('ends');
    should(await answers((client) => client.raw(Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff])))).equal(
      'DISCONNECT 0x81',
    );
    should(await answers((client) => client.send(publish('a/+', 'x')))).equal('DISCONNECT 0x90');
    should(await answers((client) => client.send(subscribe(['a/#/b'])))).equal('DISCONNECT 0x8F');
    should(
      await answers((client) => client.send({ cmd: 'connect', clientId: 'again', protocolVersion: 5 })),
    ).equal('DISCONNECT 0x82');
    const silent = await lab.silent();
    silent.send({ cmd: 'pingreq' });
    notation(await silent.answer()).should.equal('ends');
  });

  it('ends a connection that has been silent for one and a half times its keepalive', async () => {
    const { lab } = given;
    const real = globalThis.setTimeout;
    const shortened = (callback: () => void, ms?: number) => real(callback, ms === 90_000 ? 20 : ms);
    mock.method(globalThis, 'setTimeout', shortened);
    const client = await lab.client({ keepalive: 60 });
    notation(await client.answer()).should.equal('DISCONNECT 0x8D');
  });

  it('gives a client id to those who have none, as far as their version allows', async () => {
    const { lab } = given;
    const [, five] = await lab.connect({ clientId: '' });
    should(five?.cmd === 'connack' && five.properties?.assignedClientIdentifier).match(/./);
    notation((await lab.connect({ clientId: '', version: 4 }))[1]).should.equal('CONNACK 0');
    const nameless = generate({ cmd: 'connect', protocolVersion: 4, clientId: '', clean: true });
    nameless[9] = 0; // not clean, which the generator refuses
    const client = await lab.silent(4);
    client.raw(nameless);
    should(await client.answer()).have.property('returnCode', 2);
  });

  it('serves others whatever bytes one sends', async () => {
    const { lab } = given;
    const random = (seed: number) =>
      Buffer.from(Array.from({ length: 60 }, (_, i) => (seed * (i + 7) * 31) % 256));
    for (let seed = 1; seed <= 30; seed += 1) {
      const client =
        seed % 2 === 0 ? await lab.silent() : await lab.client({ version: seed % 3 === 0 ? 4 : 5 });
      client.raw(random(seed));
      client.socket.end();
      await client.closed();
    }
    notation(await (await lab.client()).ask({ cmd: 'pingreq' })).should.equal('PINGRESP');
  });
});
