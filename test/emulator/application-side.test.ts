import { once } from 'node:events';
import { get } from 'node:https';
import { connect, type IClientOptions, type IConnackPacket } from 'mqtt';
import should from 'should';
import WebSocket from 'ws';
import { type Bench, closed, parse, setUp, type TestClient } from './clients';

const rejected = (promise: Promise<unknown>): Promise<{ code?: number }> =>
  promise.then(
    () => Promise.reject(new Error('should have been rejected')),
    (error: { code?: number }) => error,
  );

/** Codes by filter, in the order asked for. */
async function granted(client: TestClient, filters: string[]): Promise<unknown> {
  const suback = new Promise((resolve) =>
    client.on('packetreceive', (packet) => packet.cmd === 'suback' && resolve(packet.granted)),
  );
  client.subscribe(filters, { qos: 1 });
  return suback;
}

describe('application side', () => {
  let bench: Bench;
  before(async () => {
    bench = await setUp();
  });
  after(() => bench.tearDown());

  const versions: {
    name: string;
    options: IClientOptions;
    wrong: number;
    unknown: number;
    refused: number;
  }[] = [
    { name: 'MQTT 5', options: { protocolVersion: 5 }, wrong: 0x86, unknown: 0x87, refused: 0x87 },
    { name: 'MQTT 3.1.1', options: { protocolVersion: 4 }, wrong: 4, unknown: 5, refused: 0x80 },
  ];
  for (const { name, options, wrong, unknown, refused } of versions) {
    describe(name, () => {
      it('refuses a wrong secret and a wrong key', async () => {
        should((await rejected(bench.application({ ...options, password: 'wrong' }))).code).equal(wrong);
        should((await rejected(bench.application({ ...options, username: 'PR_other' }))).code).equal(unknown);
      });

      it('serves secure WebSocket as well', async () => {
        const client = await bench.application(options, `${bench.emulator.wssEndpoint}/mqtt`);
        await client.subscribeAsync(bench.topic('+/online'), { qos: 1 });
        const device = await bench.device('DU_websocket1');
        parse(await client.next(bench.topic('DU_websocket1/online'))).should.eql({ online: true });
        await device.endAsync();
        parse(await client.next(bench.topic('DU_websocket1/online'))).should.eql({ online: false });
      });

      it('refuses single filters of a SUBSCRIBE and stays connected', async () => {
        const client = await bench.application(options);
        const codes = await granted(client, [
          bench.topic('#'),
          bench.topic('+/online'),
          'open/PR_other/+/attributes',
          bench.topic('+/data/+'),
        ]);
        (codes as number[]).should.eql([refused, 1, refused, 1]);
        client.connected.should.be.true();
      });

      it('never delivers a refused PUBLISH, and stays connected', async () => {
        const listener = await bench.application();
        await listener.subscribeAsync([bench.topic('+/+'), bench.topic('+/data/+')], { qos: 1 });
        const client = await bench.application(options);
        const publishing = client.publishAsync('open/PR_other/DU_1/attributes_push', '{"a":1}', { qos: 1 });
        if (name === 'MQTT 5') should((await rejected(publishing)).code).equal(0x87);
        else await publishing;
        await client.publishAsync(bench.topic('DU_1/data/too/deep'), 'x', { qos: 0 });
        await client.publishAsync(bench.topic('DU_1/attributes_push'), '{"last":1}', { qos: 1 });
        await listener.next(bench.topic('DU_1/attributes_push'));
        listener.received.should.be.empty();
      });

      it('keeps what a persistent session misses, and nothing of what it was refused', async () => {
        const clientId = `persistent-${options.protocolVersion}`;
        const persistent: IClientOptions = { ...options, clientId, clean: false };
        if (name === 'MQTT 5') persistent.properties = { sessionExpiryInterval: 60 };
        const first = await bench.application(persistent);
        await granted(first, [bench.topic('+/event_report'), bench.topic('#')]);
        await first.endAsync();
        const device = await bench.device('DU_missed0001');
        await device.publishAsync('attributes/DU_missed0001', '{"a":1}', { qos: 1 });
        await device.publishAsync('event_report/DU_missed0001', '{"method":"m","params":{}}', { qos: 1 });
        const second = await bench.application(persistent);
        parse(await second.next(bench.topic('DU_missed0001/event_report'))).should.eql({
          method: 'm',
          params: {},
        });
        second.received.should.be.empty();
        await device.endAsync();
      });

      it('shares a subscription among the members of a group', async () => {
        const members = await Promise.all([bench.application(options), bench.application(options)]);
        const username = `DU_shared000${options.protocolVersion}`;
        const filter = `$share/group/${bench.topic(`${username}/attributes`)}`;
        for (const member of members) ((await granted(member, [filter])) as number[]).should.eql([1]);
        const device = await bench.device(username);
        for (let i = 0; i < 4; i++) {
          await device.publishAsync(`attributes/${username}`, JSON.stringify({ i }), { qos: 1 });
        }
        const topic = bench.topic(`${username}/attributes`);
        for (const [start, member] of members.entries()) {
          parse(await member.next(topic)).should.eql({ i: start });
          parse(await member.next(topic)).should.eql({ i: start + 2 });
          member.received.should.be.empty();
        }
      });

      it('deals a share to an absent member too, and all to those that are left when it is none any more', async () => {
        const username = `DU_share0000${options.protocolVersion}`;
        const topic = bench.topic(`${username}/event_report`);
        const filter = `$share/group/${topic}`;
        const clientId = `member-${options.protocolVersion}`;
        const persistent: IClientOptions = { ...options, clientId, clean: false };
        if (name === 'MQTT 5') persistent.properties = { sessionExpiryInterval: 60 };
        const device = await bench.device(username);
        const report = (n: number) =>
          device.publishAsync(`event_report/${username}`, JSON.stringify({ method: 'm', params: n }), {
            qos: 1,
          });
        const gets = async (member: TestClient, ...numbers: number[]) => {
          for (const n of numbers) should(parse(await member.next(topic)).params).equal(n);
          member.received.should.be.empty();
        };

        const [first, second] = [await bench.application(persistent), await bench.application(options)];
        for (const member of [first, second]) await granted(member, [filter]);
        await first.endAsync();
        for (const n of [1, 2, 3, 4]) await report(n);
        await gets(second, 2, 4);
        const returned = await bench.application(persistent);
        await gets(returned, 1, 3);
        await returned.unsubscribeAsync(filter);
        for (const n of [5, 6]) await report(n);
        await gets(second, 5, 6);
        await granted(returned, [filter]);
        await second.endAsync(); // and with it its session
        for (const n of [7, 8]) await report(n);
        await gets(returned, 7, 8);
      });

      it('refuses a shared subscription by its real filter', async () => {
        const client = await bench.application(options);
        ((await granted(client, [`$share/g/${bench.topic('#')}`])) as number[]).should.eql([refused]);
      });

      it('gives a client id to the latest connection', async () => {
        const clientId = `taken-${options.protocolVersion}`;
        const loser = await bench.application({ ...options, clientId });
        const reason = new Promise((resolve) => {
          loser.on('disconnect', (packet) => resolve(packet.reasonCode));
          loser.on('close', () => resolve('closed'));
        });
        const winner = await bench.application({ ...options, clientId });
        String(await reason).should.equal(name === 'MQTT 5' ? String(0x8e) : 'closed');
        winner.connected.should.be.true();
      });
    });
  }

  it('advertises what EMQX does', async () => {
    const { emulator } = bench;
    const client = connect(emulator.endpoint, {
      ca: emulator.ca,
      username: emulator.projectKey,
      password: emulator.projectSecret,
      protocolVersion: 5,
    });
    const connack = await new Promise<IConnackPacket>((resolve) => client.once('connect', resolve));
    await client.endAsync();
    should(connack.properties).eql({
      receiveMaximum: 32,
      maximumPacketSize: 1_048_576,
      topicAliasMaximum: 65_535,
      retainAvailable: true,
      wildcardSubscriptionAvailable: true,
      subscriptionIdentifiersAvailable: true,
      sharedSubscriptionAvailable: true,
    });
  });

  it('cuts chosen connections', async () => {
    const [cut, kept] = await Promise.all([bench.application({ clientId: 'cut' }), bench.application()]);
    const closing = closed(cut);
    bench.emulator.drop((clientId) => clientId === 'cut');
    await closing;
    kept.connected.should.be.true();
  });

  it('takes WebSockets on the path /mqtt only', async () => {
    const elsewhere = new WebSocket(`${bench.emulator.wssEndpoint}/elsewhere`, 'mqtt', {
      ca: bench.emulator.ca,
    });
    const [, response] = await once(elsewhere, 'unexpected-response');
    response.statusCode.should.equal(400);
    response.resume();
    const address = bench.emulator.wssEndpoint.replace('wss:', 'https:');
    const [plain] = await once(get(`${address}/mqtt`, { ca: bench.emulator.ca, agent: false }), 'response');
    plain.statusCode.should.equal(426);
    plain.resume();
  });
});
