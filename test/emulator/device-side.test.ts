import should from 'should';
import { type Bench, parse, setUp, type TestClient } from './clients';

describe('device side', () => {
  let bench: Bench;
  let application: TestClient;
  before(async () => {
    bench = await setUp();
    application = await bench.application();
    await application.subscribeAsync([bench.topic('+/+'), bench.topic('+/data/+')], { qos: 1 });
  });
  after(() => bench.tearDown());
  afterEach(() => {
    application.received.length = 0;
  });

  it('takes any DU_ name with the device secret, and nobody else', async () => {
    await bench.device('DU_anybody001');
    for (const [username, password, code] of [
      ['DU_anybody001', 'wrong', 4],
      ['PR_emulator01', bench.emulator.deviceSecret, 5],
      ['DU_', bench.emulator.deviceSecret, 5],
      ['DU_a/b', bench.emulator.deviceSecret, 5],
    ] as const) {
      const refusal = await bench.device(username, { password }).then(
        () => 'accepted',
        (error: { code: number }) => error.code,
      );
      refusal.should.equal(code, username);
    }
  });

  it('lets a device use its own topics only', async () => {
    const device = await bench.device('DU_own0000001', { protocolVersion: 5 });
    const other = await bench.device('DU_other00001');
    await other.subscribeAsync('attributes_push/DU_other00001');
    for (const filter of [
      'attributes_push/DU_other00001',
      'attributes_push/+',
      '#',
      'attributes/DU_own0000001',
    ]) {
      const code = await device.subscribeAsync(filter).then(
        () => 'granted',
        (error: Error) => error.message,
      );
      code.should.equal('Subscribe error: Not authorized', filter);
    }
    const publishing = device.publishAsync('attributes/DU_other00001', '{"a":1}', { qos: 1 });
    should(await publishing.catch((error: { code: number }) => error.code)).equal(0x87);
  });

  it('brings reports, events and data to applications as they were', async () => {
    const device = await bench.device('DU_reports001');
    const bytes = Buffer.from([0, 255, 1, 254]);
    await device.publishAsync('attributes/DU_reports001', '{ "a": 1 }', { qos: 1 });
    await device.publishAsync('event_report/DU_reports001', '{"method":"m","params":{"x":1}}');
    await device.publishAsync('data/DU_reports001/stream-1', bytes, { qos: 1 });
    (await application.next(bench.topic('DU_reports001/attributes'))).toString().should.equal('{ "a": 1 }');
    should(parse(await application.next(bench.topic('DU_reports001/event_report'))).method).equal('m');
    (await application.next(bench.topic('DU_reports001/data/stream-1'))).should.eql(bytes);
  });

  it('tells a device whether its report was well formed, and drops it otherwise', async () => {
    const device = await bench.device('DU_malformed1');
    await device.subscribeAsync(['attributes_response/DU_malformed1', 'event_response/DU_malformed1']);
    for (const payload of ['', '{', '[]', 'null', '7', '{}', '{"a b":1}', '{"温度":1}']) {
      await device.publishAsync('attributes/DU_malformed1', payload);
      should(parse(await device.next('attributes_response/DU_malformed1')).error_code).be.above(0, payload);
    }
    for (const payload of ['{', '{"params":{}}', '{"method":""}', '{"method":7}']) {
      await device.publishAsync('event_report/DU_malformed1', payload);
      should(parse(await device.next('event_response/DU_malformed1')).error_code).be.above(0, payload);
    }
    await device.publishAsync('attributes/DU_malformed1', '{"a":1}');
    const { error_code, error_msg, ts } = parse(await device.next('attributes_response/DU_malformed1'));
    [error_code, error_msg, typeof ts].should.eql([0, 'OK', 'number']);
    await application.next(bench.topic('DU_malformed1/attributes'));
    const topics = application.received.map(({ topic }) => topic);
    topics.should.not.containEql(bench.topic('DU_malformed1/attributes'));
    topics.should.not.containEql(bench.topic('DU_malformed1/event_report'));
  });

  it('hands a push to the device and shows it on attributes', async () => {
    const device = await bench.device('DU_pushed0001');
    await device.subscribeAsync('attributes_push/DU_pushed0001');
    await application.publishAsync(bench.topic('DU_pushed0001/attributes_push'), '{"relay":true}', {
      qos: 1,
    });
    parse(await device.next('attributes_push/DU_pushed0001')).should.eql({ relay: true });
    parse(await application.next(bench.topic('DU_pushed0001/attributes'))).should.eql({ relay: true });
  });

  it('answers attributes_get with what was reported and pushed', async () => {
    const device = await bench.device('DU_cached0001');
    await device.subscribeAsync('attributes_get_response/DU_cached0001');
    await application.publishAsync(bench.topic('DU_cached0001/attributes_push'), '{"b":[2]}', { qos: 1 });
    await application.next(bench.topic('DU_cached0001/attributes'));
    await device.publishAsync('attributes/DU_cached0001', '{"a":1,"__proto__":{"polluted":1}}');
    await device.publishAsync('attributes_get/DU_cached0001', '{"keys":["a","b","c","toString"]}');
    const response = parse(await device.next('attributes_get_response/DU_cached0001'));
    [response.error_code, response.error_msg, response.attributes].should.eql([0, '', { a: 1, b: [2] }]);
    ({}).should.not.have.property('polluted');
    await device.publishAsync('attributes_get/DU_cached0001', '{"keys":1}');
    should(parse(await device.next('attributes_get_response/DU_cached0001')).error_code).be.above(0);
  });

  it('pairs replies with commands by id, once, whether number or text', async () => {
    const device = await bench.device('DU_commanded1');
    await device.subscribeAsync('command_send/DU_commanded1');
    const reply = (id: unknown, n: number) =>
      device.publishAsync('command_reply/DU_commanded1', JSON.stringify({ method: 'm', params: { n }, id }));
    for (const id of [1, 2]) {
      const command = JSON.stringify({ method: 'm', params: {}, id });
      await application.publishAsync(bench.topic('DU_commanded1/command_send'), command, { qos: 1 });
      should(parse(await device.next('command_send/DU_commanded1')).id).equal(id);
    }
    await reply(99, 0);
    await reply('1', 1);
    await reply(1, 2);
    await reply(2, 3);
    const topic = bench.topic('DU_commanded1/command_reply');
    parse(await application.next(topic)).should.eql({ method: 'm', params: { n: 1 }, id: '1' });
    parse(await application.next(topic)).should.eql({ method: 'm', params: { n: 3 }, id: 2 });
  });

  it('keeps nothing for a device that is away, whatever its session and QoS', async () => {
    const options = { clientId: 'sleeper', clean: false, properties: { sessionExpiryInterval: 3600 } };
    const connect = () => bench.device('DU_sleeping01', { ...options, protocolVersion: 5 });
    const topics = ['command_send/DU_sleeping01', 'attributes_push/DU_sleeping01'];
    const awake = await connect();
    await awake.subscribeAsync(topics, { qos: 1 });
    await awake.endAsync();
    const online = (wanted: boolean) =>
      application.next(bench.topic('DU_sleeping01/online'), (payload) => parse(payload).online === wanted);
    await online(false);
    const send = async (id: number) => {
      const command = JSON.stringify({ method: 'm', params: {}, id });
      await application.publishAsync(bench.topic('DU_sleeping01/command_send'), command, { qos: 1 });
      await application.publishAsync(bench.topic('DU_sleeping01/attributes_push'), `{"a":${id}}`, { qos: 1 });
    };
    await send(1);
    const again = await connect();
    await online(true);
    await send(2);
    for (const topic of topics) await again.next(topic, (payload) => /2/.test(payload.toString()));
    again.received.should.be.empty();
  });

  it('says when a device comes and goes, whether it says goodbye or not', async () => {
    const topic = bench.topic('DU_online0001/online');
    const polite = await bench.device('DU_online0001');
    parse(await application.next(topic)).should.eql({ online: true });
    await polite.endAsync();
    parse(await application.next(topic)).should.eql({ online: false });
    const rude = await bench.device('DU_online0001');
    parse(await application.next(topic)).should.eql({ online: true });
    rude.stream.destroy();
    parse(await application.next(topic)).should.eql({ online: false });
  });

  it('alarms on crossing the threshold and recovers on return', async () => {
    const device = await bench.device('DU_alarmed001');
    const topic = bench.topic('DU_alarmed001/alarm');
    const alerting = async () => parse(await application.next(topic)).alerting;
    for (const temperature of [30, 31, 32, 'hot', 29]) {
      await device.publishAsync('attributes/DU_alarmed001', JSON.stringify({ temperature }));
    }
    [await alerting(), await alerting()].should.eql([true, false]);
    await application.publishAsync(bench.topic('DU_alarmed001/attributes_push'), '{"threshold":20}', {
      qos: 1,
    });
    should(await alerting()).be.true();
    await device.publishAsync('attributes/DU_alarmed001', '{"threshold":40}');
    should(await alerting()).be.false();
    application.received.filter((message) => message.topic === topic).should.be.empty();
  });
});
