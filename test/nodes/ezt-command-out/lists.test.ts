import { setTimeout as pause } from 'node:timers/promises';
import should from 'should';
import { collect, until } from '../../support/events';
import { nodeOf } from '../../support/flows';
import { needs } from '../../support/machine';
import { next, place, record, type Seen, statusOf } from '../../support/project';
import { watchSettling } from '../../support/settled';
import { statuses } from '../../support/statuses';
import { type Reply, withDevices } from './with-devices';

type Parts = Record<'id' | 'type' | 'index' | 'count' | 'parts', unknown>;

describe('ezt-command-out: lists of devices', function () {
  needs(this, 'mosquitto');
  const devices = withDevices();
  const partsOf = ({ parts }: Seen) => parts as unknown as Parts;

  it('each device gets the command, and each reply becomes a message with parts', async () => {
    devices.onCommand = ({ device }, reply) => void reply({ params: { from: device } });
    await devices.start({});
    const got = record('out.got');
    const message = {
      device: ['DU_1', 'DU_2', 'DU_3'],
      payload: { a: 1 },
      topic: 't',
      parts: { id: 'outer' },
    };
    await next('completed', () => nodeOf('out').receive({ ...message, _msgid: 'x' }));
    await until(() => got.length === 3, 5000, 'the replies');
    const inOrder = got.sort((a, b) => Number(partsOf(a).index) - Number(partsOf(b).index));
    should(inOrder.map(({ device }) => device)).deepEqual(message.device);
    should(new Set(got.map((each) => partsOf(each).id)).size).equal(1);
    for (const [index, { elapsed, id, parts, ...rest }] of inOrder.entries()) {
      const device = message.device[index];
      should(elapsed).be.a.Number();
      rest.should.deepEqual({
        payload: { method: 'm', params: { from: device }, id },
        device,
        command: 'm',
        type: 'command_reply',
        attempts: 1,
        topic: 't',
        _msgid: 'x',
      });
      should(parts).containEql({ type: 'array', index, count: 3, parts: { id: 'outer' } });
    }
    should(new Set(devices.sent.map(({ command }) => command.id)).size).equal(3);
    devices.sent.map(({ command: { params } }) => params).should.deepEqual([{ a: 1 }, { a: 1 }, { a: 1 }]);
  });

  for (const [what, properties, device] of [
    ['a list of one', {}, ['DU_1']],
    ['text in the node', { device: 'DU_1；DU_2' }, undefined],
    ['text in the message', {}, 'DU_1, DU_2'],
  ] as const) {
    it(`${what} is a list: core's Join collects the results`, async () => {
      await devices.start({ ...properties, wires: [['join']] }, {}, [
        { id: 'join', type: 'join', ...place, mode: 'auto', wires: [['out.got']] },
      ]);
      const { payload, parts } = await next('out.got', () => nodeOf('out').receive({ device, payload: {} }));
      should(payload).be.an.Array();
      should((payload as { params: unknown }[]).map(({ params }) => params)).deepEqual(
        Array(devices.sent.length).fill({ ok: true }),
      );
      should(devices.sent.length).equal(device?.length === 1 ? 1 : 2);
      should(parts).be.undefined();
    });
  }

  it('some fail: each is an error of its own with its device and parts, the others are not disturbed', async () => {
    devices.onCommand = ({ device }, reply) => void (device.endsWith('even') && reply());
    await devices.start({ timeout: 0.3 });
    const settling = watchSettling('out');
    const [got, errors, completed] = [record('out.got'), record('errors'), record('completed')];
    const names = Array.from({ length: 20 }, (_, i) => `DU_${i}_${i % 2 ? 'odd' : 'even'}`);
    settling.give({ device: names, payload: { a: 1 } });
    should(await settling.all()).deepEqual(['EZT_REPLY_TIMEOUT']);
    await until(() => errors.length === 10, 5000, 'the errors');
    settling.stop();
    const [even, odd] = ['even', 'odd'].map((kind) => names.filter((device) => device.endsWith(kind)));
    should(got.map(({ device }) => device).sort()).deepEqual(even?.sort());
    should(errors.map(({ device }) => device).sort()).deepEqual(odd?.sort());
    for (const { error, payload, device, parts } of errors) {
      should([error?.code, payload]).deepEqual(['EZT_REPLY_TIMEOUT', { a: 1 }]);
      should(error?.message).containEql(String(device));
      should(parts).containEql({ count: 20, index: names.indexOf(String(device)) });
    }
    should(completed.length).equal(0);
  });

  it('without waitReply: one message per device, unchanged but for id, device and parts', async () => {
    devices.onCommand = () => undefined;
    await devices.start({ waitReply: false });
    const got = collect<Seen>(nodeOf('out.got'), 2);
    const payload = { a: 1 };
    await next('completed', () => nodeOf('out').receive({ device: ['DU_1', 'DU_2'], payload, _msgid: 'x' }));
    for (const { id, device, parts, ...rest } of await got) {
      should(devices.sent.find((each) => each.device === device)?.command.id).equal(id);
      should(parts).containEql({ type: 'array', count: 2 });
      rest.should.deepEqual({ payload, _msgid: 'x' });
    }
  });

  it('no more are in flight than the project allows, and the timeout of the others does not run', async () => {
    const waiting: Reply[] = [];
    devices.onCommand = (_sent, reply) => void waiting.push(reply);
    await devices.start({ timeout: 1 }, { commandsInFlight: 2, queueExpiry: 1 });
    const settling = watchSettling('out');
    const shown = statuses('out');
    settling.give({ device: ['DU_1', 'DU_2', 'DU_3', 'DU_4', 'DU_5', 'DU_6'], payload: {} });
    for (const batch of [2, 4, 6]) {
      await until(() => waiting.length === batch, 5000, `${batch} commands`);
      should((await statusOf('cloud')).commands).equal(8 - batch);
      await pause(700); // of the second that each has; the last ones have waited longer than that for their turn
      should(waiting.length).equal(batch);
      for (const reply of waiting.slice(batch - 2)) void reply();
    }
    should(await settling.all()).deepEqual(['done']);
    settling.stop();
    should(shown.some(({ fill, text }) => fill === 'blue' && text?.endsWith(' 6'))).be.true();
  });

  it('offline: none waits longer than the queue lets it, whatever its turn', async () => {
    await devices.start({}, { commandsInFlight: 2, queueExpiry: 0.3 });
    const settling = watchSettling('out');
    const errors = record('errors');
    await devices.broker.kill();
    await until(
      async () => (await statusOf('cloud')).state.is !== 'connected',
      5000,
      'the connection to end',
    );
    settling.give({ device: Array.from({ length: 50 }, (_, i) => `DU_${i}`), payload: {} });
    should(await settling.all()).deepEqual(['EZT_EXPIRED']);
    await until(() => errors.length === 50, 5000, 'the errors');
    settling.stop();
    await devices.broker.restart();
  });

  it('a deploy ends all of them, each once', async () => {
    devices.onCommand = ({ device }, reply) => void (device === 'DU_0' && reply());
    await devices.start({ timeout: 60 }, { commandsInFlight: 5 });
    const settling = watchSettling('out');
    const got = record('out.got');
    settling.give({ device: Array.from({ length: 20 }, (_, i) => `DU_${i}`), payload: {} });
    await until(() => devices.sent.length === 6 && got.length === 1, 5000, 'the first commands');
    await devices.redeploy({ timeout: 61 }, { commandsInFlight: 5 });
    should(await settling.all()).deepEqual(['EZT_CLOSED']);
    settling.stop();
    should([devices.sent.length, (await statusOf('cloud')).commands]).deepEqual([6, 0]);
  });

  it('1,000 devices with a second of latency', async function () {
    this.timeout(60_000);
    devices.onCommand = (_sent, reply) => setTimeout(() => void reply(), 1000);
    await devices.start({ wires: [['join']] }, {}, [
      { id: 'join', type: 'join', ...place, mode: 'auto', wires: [['out.got']] },
    ]);
    const names = Array.from({ length: 1000 }, (_, i) => `DU_${i}`);
    const joined = collect<Seen>(nodeOf('out.got'), 1, 45_000);
    nodeOf('out').receive({ device: names, payload: {} });
    const [{ payload } = {}] = await joined;
    should((payload as unknown[]).length).equal(1000);
    should(new Set(devices.sent.map(({ device }) => device)).size).equal(1000);
  });
});
