import should from 'should';
import { until } from '../../support/events';
import { nodeOf } from '../../support/flows';
import { needs } from '../../support/machine';
import { next, place, record, type Seen } from '../../support/project';
import { watchSettling } from '../../support/settled';
import { withDevices } from './with-devices';

describe('ezt-command-out: no reply', function () {
  needs(this, 'mosquitto');
  const devices = withDevices();
  const second = [{ id: 'second', type: 'helper', ...place, wires: [] }];
  const wires = [['out.got'], ['second']];
  const give = (message: object) => nodeOf('out').receive({ device: 'DU_1', payload: { a: 1 }, ...message });

  it('with a second output the message leaves there, with msg.error as Catch has it; Catch does not see it', async () => {
    devices.onCommand = () => undefined;
    await devices.start({ timeout: 0.1, secondOutput: true, retries: 1, wires }, {}, second);
    const settling = watchSettling('out');
    const [got, errors] = [record('out.got'), record('errors')];
    const seen = await next('second', () => settling.give({ device: 'DU_1', payload: { a: 1 }, topic: 't' }));
    const { error, id, _msgid, ...rest } = seen;
    should(rest).deepEqual({ device: 'DU_1', payload: { a: 1 }, topic: 't', command: 'm', attempts: 2 });
    should(id).equal(devices.sent[0]?.command.id);
    should(error?.code).equal('EZT_REPLY_TIMEOUT');
    should(error?.message).match(/^EZtCloud: .*DU_1.* 2 × 0\.1 s/);
    should(error?.source).containEql({ id: 'out', type: 'ezt-command-out', count: 1 });
    should(await settling.all()).deepEqual(['done']);
    settling.stop();
    should([got.length, errors.length]).deepEqual([0, 0]);
  });

  it('the error has what Catch would have', async () => {
    devices.onCommand = () => undefined;
    await devices.start({ timeout: 0.1, wires }, {}, second);
    const caught = await next('errors', () => give({}));
    await devices.redeploy({ timeout: 0.1, secondOutput: true, wires }, {}, second);
    const sent = await next('second', () => give({}));
    Object.keys(sent.error ?? {})
      .sort()
      .should.deepEqual(Object.keys(caught.error ?? {}).sort());
    should([sent.error?.message, sent.error?.code]).deepEqual([caught.error?.message, caught.error?.code]);
  });

  it('other errors still go to Catch', async () => {
    await devices.start({ secondOutput: true, wires }, {}, second);
    should((await next('errors', () => give({ device: 'a b' }))).error?.code).equal('EZT_DEVICE');
  });

  it('of a list, replies and what has none are collected by one Join', async () => {
    devices.onCommand = ({ device }, reply) => void (device !== 'DU_2' && reply());
    const toJoin = [
      {
        id: 'row',
        type: 'function',
        ...place,
        func: 'msg.payload = [msg.device, msg.error ? msg.error.code : msg.payload.params.ok]; return msg;',
        outputs: 1,
        wires: [['join']],
      },
      { id: 'join', type: 'join', ...place, mode: 'auto', wires: [['second']] },
      ...second,
    ];
    await devices.start({ timeout: 0.2, secondOutput: true, wires: [['row'], ['row']] }, {}, toJoin);
    const { payload } = await next('second', () => give({ device: ['DU_1', 'DU_2', 'DU_3'] }));
    should(JSON.parse(JSON.stringify(payload))).deepEqual([
      ['DU_1', true],
      ['DU_2', 'EZT_REPLY_TIMEOUT'],
      ['DU_3', true],
    ]);
  });

  it('is tried again with the same id; the reply tells the attempts', async () => {
    devices.onCommand = (_sent, reply) => void (devices.sent.length === 2 && reply());
    await devices.start({ timeout: 0.2, retries: 5 });
    const { id, attempts } = await next('out.got', () => give({}));
    should([attempts, devices.sent.map(({ command }) => command.id)]).deepEqual([2, [id, id]]);
  });

  it('a reply to the first attempt counts after the second', async () => {
    let first: (() => Promise<unknown>) | undefined;
    devices.onCommand = (_sent, reply) => {
      if (first) void first();
      else first = () => reply({ params: 'late' });
    };
    await devices.start({ timeout: 0.2, retries: 1 });
    const { payload, attempts } = await next('out.got', () => give({}));
    should([(payload as { params: unknown }).params, attempts]).deepEqual(['late', 2]);
  });

  it('a deploy ends the retries', async () => {
    devices.onCommand = () => undefined;
    await devices.start({ timeout: 0.1, retries: 1000 });
    const settling = watchSettling('out');
    settling.give({ device: 'DU_1' });
    await until(() => devices.sent.length === 3, 5000, 'the third attempt');
    await devices.redeploy({ timeout: 0.2 });
    const { length } = devices.sent;
    should(await settling.all()).deepEqual(['EZT_CLOSED']);
    settling.stop();
    devices.onCommand = (_sent, reply) => void reply();
    await next('out.got', () => give({}));
    should(devices.sent.length).equal(length + 1);
  });

  const timeouts: [configured: unknown, given: unknown, says: RegExp][] = [
    ['', 0.1, /within 0\.1 s/],
    ['', '0.2', /within 0\.2 s/],
    [0.3, 0.1, /within 0\.3 s/],
  ];
  for (const [timeout, given, says] of timeouts) {
    it(`the timeout ${JSON.stringify(timeout)} with msg.timeout ${JSON.stringify(given)}`, async () => {
      devices.onCommand = () => undefined;
      await devices.start({ timeout });
      should((await next('errors', () => give({ timeout: given }))).error?.message).match(says);
    });
  }
  for (const timeout of [0, -1, 'soon', true, {}, Number.NaN, 1e9]) {
    it(`a msg.timeout that is none is EZT_PAYLOAD, and nothing is sent: ${String(timeout)}`, async () => {
      await devices.start({ timeout: '' });
      const { error } = await next('errors', () => give({ timeout }));
      should([error?.code, devices.sent.length]).deepEqual(['EZT_PAYLOAD', 0]);
      for (const none of [undefined, null, '']) {
        const { id }: Seen = await next('out.got', () => give({ timeout: none }));
        should(id).be.a.Number();
      }
    });
  }
});
