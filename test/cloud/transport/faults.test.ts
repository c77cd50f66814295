import mqtt from 'mqtt';
import should from 'should';
import { exited } from '../../support/cleanup';
import { until, within } from '../../support/events';
import { needs } from '../../support/machine';
import { startMosquitto } from '../../support/mosquitto';
import { startProxy } from '../../support/proxy';
import { startScriptedBroker } from '../../support/scripted-broker';
import { startChild } from './children';
import { closeAll, connected, KEY, numbered, openConnected, recordingListener } from './harness';

const WILDCARD = `open/${KEY}/+/attributes`;

describe('transport: faults', function () {
  this.timeout(60_000);
  afterEach(closeAll);

  for (const protocol of ['5', '3.1.1'] as const) {
    it(`broker restarted while QoS 1 is sent: acknowledged is received, in order, MQTT ${protocol} (case 49)`, async function () {
      needs(this, 'own-broker');
      const broker = await startMosquitto({ persistence: true });
      const seen: number[] = [];
      const observer = mqtt.connect(broker.endpoint, {
        protocolVersion: 5,
        clientId: 'observer',
        clean: false,
        properties: { sessionExpiryInterval: 600 },
        username: broker.key,
        password: broker.secret,
        ca: broker.ca,
        reconnectPeriod: 50,
      });
      observer.on('error', () => observer.connected); // it reconnects by itself
      observer.on('message', (_topic, payload) => seen.push(JSON.parse(payload.toString()).n));
      await observer.subscribeAsync(`open/${KEY}/+/attributes_push`, { qos: 1 });
      const { client } = await openConnected(broker, { protocol });
      const outcomes: Promise<'ok' | string>[] = [];
      let streaming = true;
      const stream = (async () => {
        for (let n = 0; streaming; n += 1) {
          const sent = client.user().push(['DU_1'], Buffer.from(numbered(n)), 1);
          outcomes.push(
            sent.then(
              () => 'ok',
              (error) => error.code,
            ),
          );
          await new Promise((resolve) => setImmediate(resolve));
          if (client.details().queued > 500) await Promise.race([sent.catch(() => undefined), pause(50)]);
        }
      })();
      for (const connections of [2, 3]) {
        await until(() => seen.length > connections * 100, 10_000, 'messages');
        await broker.restart();
        await until(
          () => client.counters.connections === connections && connected(client),
          20_000,
          'the connection',
        );
        const count = seen.length;
        await until(() => seen.length > count + 50, 10_000, 'more messages');
      }
      streaming = false;
      await stream;
      const results = await within(Promise.all(outcomes), 20_000, 'all to be settled');
      should(results.filter((result) => result !== 'ok' && result !== 'EZT_QUEUE_FULL')).be.empty();
      client.details().queued.should.equal(0);
      const acknowledged = results.flatMap((result, n) => (result === 'ok' ? [n] : []));
      await until(() => acknowledged.every((n) => seen.includes(n)), 10_000, 'all that was acknowledged');
      const firsts = seen.filter((n, i) => seen.indexOf(n) === i);
      firsts.should.deepEqual([...firsts].sort((a, b) => a - b));
      client.counters.acknowledged.should.equal(acknowledged.length);
      await observer.endAsync(true);
      await closeAll();
      await broker.stop();
    });
  }

  it('a blackhole is noticed within 1.5 × keepalive (case 50)', async () => {
    const broker = await startScriptedBroker();
    const proxy = await startProxy(broker);
    const keepalive = 2;
    const { client } = await openConnected(
      { endpoint: `mqtts://127.0.0.1:${proxy.port}`, ca: broker.ca },
      { keepalive },
    );
    await broker.packet('pingreq', 1, keepalive * 1500);
    proxy.blackhole(true);
    await until(() => !connected(client), keepalive * 1500 + 250, 'the end');
    should(client.state).have.propertyByPath('refusal', 'trouble').equal('timeout');
    proxy.blackhole(false);
    await until(() => connected(client), 5000, 'the connection');
    await closeAll();
    await proxy.stop();
    await broker.stop();
  });

  it('a clock that jumps by a day, either way, changes nothing (case 54)', async () => {
    const broker = await startScriptedBroker();
    const { client } = await openConnected(broker, {
      keepalive: 1,
      queue: { limit: 9, expiry: 5000, rate: 0 },
    });
    broker.on.publish = () => undefined;
    const pushes = [client.user().push(['DU_1'], Buffer.from('{}'), 1)];
    const now = Date.now;
    try {
      for (const day of [86_400_000, -86_400_000]) {
        Date.now = () => now() + day;
        const pings = broker.packets('pingreq').length;
        await broker.packet('pingreq', pings + 2);
        pushes.push(client.user().push(['DU_1'], Buffer.from('{}'), 1));
      }
    } finally {
      Date.now = now;
    }
    broker.connections.length.should.equal(1);
    await broker.packet('publish', 3);
    for (const packet of broker.packets('publish')) broker.current.answer(packet);
    await within(Promise.all(pushes), 2000, 'the messages to be acknowledged');
  });

  it('a process that was suspended longer than the keepalive recovers by itself (case 55)', async function () {
    needs(this, 'own-broker', 'linux');
    const broker = await startMosquitto();
    const child = startChild(broker, 1);
    await until(() => child.states.includes('connected'), 10_000, 'the connection');
    child.process.kill('SIGSTOP');
    await until(
      () => broker.log.some((line) => line.includes('exceeded timeout')),
      10_000,
      'the broker to give up',
    );
    child.process.kill('SIGCONT');
    await until(() => broker.accepted === 2, 10_000, 'the next connection');
    await until(() => child.states.at(-1) === 'connected', 5000, 'the connection');
    child.process.kill('SIGTERM');
    await within(exited(child.process), 4000, 'the process to end');
    await broker.stop();
  });

  it('SIGTERM with unacknowledged QoS 1: the process ends by itself within 4 s (case 57)', async function () {
    needs(this, 'unix');
    const broker = await startScriptedBroker({ on: { publish: () => undefined } });
    const child = startChild(broker, 30);
    await until(() => child.states.includes('connected'), 10_000, 'the connection');
    child.process.kill('SIGTERM');
    await within(exited(child.process), 4000, 'the process to end');
    await until(() => child.output.includes('closed'), 1000, 'its last line');
    child.output.should.containEql('push EZT_CLOSED');
    should(child.process.exitCode).equal(0);
    await broker.stop();
  });

  it('DEBUG=* shows no secret (case 59)', async function () {
    needs(this, 'unix'); // of an output that ends whole
    const broker = await startScriptedBroker();
    const secret = 'a-secret-that-nobody-may-see';
    for (const transport of ['mqtts', 'wss'] as const) {
      const { endpoint, ca, stop } = transport === 'wss' ? await startScriptedBroker({ transport }) : broker;
      const child = startChild({ endpoint, ca, secret }, 1, { DEBUG: '*', NODE_DEBUG: '' });
      await until(() => child.states.includes('connected'), 10_000, 'the connection');
      child.process.kill('SIGTERM');
      await within(exited(child.process), 4000, 'the process to end');
      await until(() => child.output.includes('closed'), 1000, 'its last line');
      const output = child.output.join('\n');
      output.should.match(/mqtt-packet/);
      for (const form of [
        secret,
        Buffer.from(secret).toString('base64'),
        Buffer.from(secret).toString('hex'),
      ]) {
        output.includes(form).should.be.false();
      }
      await stop();
    }
  });

  it('what is listened to works after each of many cuts', async () => {
    const broker = await startScriptedBroker();
    const proxy = await startProxy(broker);
    const { client } = await openConnected({ endpoint: `mqtts://127.0.0.1:${proxy.port}`, ca: broker.ca });
    const all = recordingListener();
    client.listen(all);
    for (let n = 1; n <= 10; n += 1) {
      await until(() => connected(client) && client.details().filters[WILDCARD] === 1, 5000, 'the filter');
      broker.current.deliver(`open/${KEY}/DU_1/attributes`, numbered(n));
      await until(() => all.messages.length === n, 2000, 'the message');
      proxy.cut();
      await until(() => client.counters.connections === n + 1 && connected(client), 5000, 'the connection');
    }
    await closeAll();
    await proxy.stop();
    await broker.stop();
  });
});

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
