import should from 'should';
import { modbusFrame } from '../../emulator/devices/modbus-gateway';
import { type Bench, parse, setUp, type TestClient } from './clients';

describe('built-in devices', () => {
  let bench: Bench;
  let application: TestClient;
  before(async () => {
    bench = await setUp({ builtIn: true, interval: 20, tardyDelay: 50, devices: 3, rate: 50 });
    application = await bench.application();
    await application.subscribeAsync([bench.topic('+/+'), bench.topic('+/data/+')], { qos: 1 });
  });
  after(() => bench.tearDown());

  const command = async (device: string, method: string, params: unknown, id: unknown) => {
    const payload = JSON.stringify({ method, params, id });
    await application.publishAsync(bench.topic(`${device}/command_send`), payload, { qos: 1 });
    return parse(await application.next(bench.topic(`${device}/command_reply`)));
  };

  it('are named as the platform names devices', () => {
    bench.emulator.devices.should.have.length(12);
    for (const name of bench.emulator.devices) name.should.match(/^DU_\w{10}$/);
  });

  it('thermostat reports changing readings', async () => {
    const topic = bench.topic('DU_thermostat/attributes');
    const reading = async () => parse(await application.next(topic)).temperature;
    const first = await reading();
    await application.next(topic, (payload) => parse(payload).temperature !== first);
  });

  it('thermostat obeys a push of its relay and reports it', async () => {
    const topic = bench.topic('DU_thermostat/attributes');
    const push = bench.topic('DU_thermostat/attributes_push');
    await application.publishAsync(push, '{"relay":true}', { qos: 1 });
    const full = (payload: Buffer) => 'temperature' in parse(payload) && parse(payload).relay === true;
    await application.next(topic, full);
  });

  it('thermostat answers commands with their id, and alarms by its threshold', async () => {
    const alarm = (alerting: boolean) =>
      application.next(bench.topic('DU_thermostat/alarm'), (payload) => parse(payload).alerting === alerting);
    (await command('DU_thermostat', 'setThreshold', { value: 1000 }, 1)).should.eql({
      method: 'setThreshold',
      params: { threshold: 1000 },
      id: 1,
    });
    application.received.length = 0;
    await command('DU_thermostat', 'setThreshold', { value: -1000 }, '2');
    await alarm(true);
    await command('DU_thermostat', 'setThreshold', { value: 1000 }, 3);
    await alarm(false);
    const unknown = await command('DU_thermostat', 'constructor', {}, 'text');
    unknown.should.eql({ method: 'constructor', params: { error: 'unknown method' }, id: 'text' });
  });

  it('Modbus gateway sends frames whose CRC is right', async () => {
    const frame = await application.next(bench.topic('DU_modbusgate/data/modbus'));
    frame.subarray(0, 3).should.eql(Buffer.from([1, 3, 6]));
    modbusFrame(frame.subarray(0, -2)).should.eql(frame);
    // A frame of another maker: unit 1, read 10 registers from 0.
    modbusFrame(Buffer.from('01030000000a', 'hex')).toString('hex').should.equal('01030000000ac5cd');
  });

  it('camera reports motion, sends JSON, goes and comes back by itself', async () => {
    should(parse(await application.next(bench.topic('DU_camera0001/event_report'))).method).equal('motion');
    parse(await application.next(bench.topic('DU_camera0001/data/detections'))).should.have.property(
      'objects',
    );
    const online = async () => parse(await application.next(bench.topic('DU_camera0001/online'))).online;
    const [first, second] = [await online(), await online()];
    should(first).not.equal(second); // whether the subscription stood before it went or before it came
    should(await online()).equal(first);
  });

  it('one answers late and one never', async () => {
    await application.publishAsync(
      bench.topic('DU_silent0001/command_send'),
      '{"method":"ping","params":{},"id":1}',
      { qos: 1 },
    );
    should((await command('DU_tardy00001', 'ping', {}, 5)).params).eql({ pong: true });
    const replies = application.received.filter(
      ({ topic }) => topic === bench.topic('DU_silent0001/command_reply'),
    );
    replies.should.be.empty();
  });

  it('one answers the second attempt of a command only, and the same id anew after that', async () => {
    const topic = bench.topic('DU_second0001/command_reply');
    const attempt = (id: unknown) =>
      application.publishAsync(
        bench.topic('DU_second0001/command_send'),
        JSON.stringify({ method: 'open', params: {}, id }),
        { qos: 1 },
      );
    // The second attempt of 8 has its reply before the third is sent: in between nothing else came.
    for (const id of [7, '8', 8]) await attempt(id);
    parse(await application.next(topic)).should.eql({ method: 'open', params: { open: true }, id: 8 });
    for (const id of [8, 7]) await attempt(id);
    should(parse(await application.next(topic)).id).equal(7);
    application.received.filter((message) => message.topic === topic).should.be.empty();
  });

  it('one falls silent and comes back without ever going offline', async () => {
    const topic = bench.topic('DU_quiet00001/attributes');
    for (let reports = 0; reports < 10; reports++) await application.next(topic);
    application.received
      .filter((message) => message.topic === bench.topic('DU_quiet00001/online'))
      .should.be.empty();
  });

  it('one goes offline and online again and again', async () => {
    const next = async () => parse(await application.next(bench.topic('DU_flapper001/online'))).online;
    const first = await next();
    for (const online of [!first, first, !first, first, !first]) should(await next()).equal(online);
  });

  it('one sleeps: no answer to what came meanwhile, an answer at once when it is awake', async () => {
    const topic = bench.topic('DU_sleeper001/online');
    const send = (id: number) =>
      application.publishAsync(
        bench.topic('DU_sleeper001/command_send'),
        JSON.stringify({ method: 'read', params: {}, id }),
        { qos: 1 },
      );
    application.received.length = 0;
    await application.next(topic, (payload) => parse(payload).online === false);
    await send(1);
    // Five intervals are short for a busy machine: one more command each time that it wakes.
    let id = 1;
    const woken = (of: string, payload: Buffer) => {
      if (of === topic && parse(payload).online === true) void send(++id);
    };
    application.on('message', woken);
    const reply = parse(await application.next(bench.topic('DU_sleeper001/command_reply')));
    application.off('message', woken);
    should(reply.id).be.above(1);
    await application.next(bench.topic('DU_sleeper001/attributes'));
  });

  it('further devices report', async () => {
    for (const n of [1, 2, 3]) await application.next(bench.topic(`DU_sim000000${n}/attributes`));
  });
});
