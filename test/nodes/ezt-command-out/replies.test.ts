import should from 'should';
import { playDevices, type Sent } from '../../support/devices';
import { collect, until } from '../../support/events';
import { loadFlow, nodeOf, unload } from '../../support/flows';
import { needs } from '../../support/machine';
import { type Mosquitto, startMosquitto } from '../../support/mosquitto';
import {
  credentials,
  next,
  palette,
  project,
  ready,
  record,
  type Seen,
  statusOf,
  tab,
} from '../../support/project';
import { watchSettling } from '../../support/settled';

/** A whole command with an id of its own. */
const whole = (id: number, params: unknown = {}) => ({ method: 'm', params, id });

type Reply = (fields?: object, device?: string) => Promise<unknown>;

describe('ezt-command-out: replies', function () {
  needs(this, 'mosquitto');
  let broker: Mosquitto;
  let onCommand: (sent: Sent, reply: Reply) => void;

  before(async () => {
    broker = await startMosquitto({ config: ['max_queued_messages 0'] });
    await playDevices(await broker.platform(), broker.key, (sent, reply) => onCommand(sent, reply));
  });
  beforeEach(() => {
    onCommand = (_sent, reply) => void reply();
  });
  afterEach(unload);
  after(() => broker.stop());

  async function start(properties: object, protocol = 'auto', group = ''): Promise<void> {
    const flow = [
      ...tab('out'),
      ...project(broker, { protocol, group }),
      ...palette('ezt-command-out', 'out', { method: 'm', ...properties }),
      ...palette('ezt-in', 'in', { types: ['command_reply'] }),
    ];
    await loadFlow(flow, { credentials: credentials(broker) });
    await ready('out', 'in');
  }

  it('the message goes on with the reply and its fields, and keeps its own', async () => {
    onCommand = (_sent, reply) => void reply({ params: { done: [1] }, extra: true });
    await start({});
    const seen = await next('out.got', () =>
      nodeOf('out').receive({
        device: 'DU_1',
        payload: { a: 1 },
        method: 'GET',
        topic: 'mine',
        other: [1],
        _msgid: 'x',
      }),
    );
    const { elapsed, id, ...rest } = seen;
    should(elapsed).be.a.Number().and.not.be.below(0);
    should(id).be.within(1, 2 ** 31 - 1);
    rest.should.deepEqual({
      payload: { method: 'm', params: { done: [1] }, id, extra: true },
      device: 'DU_1',
      command: 'm',
      type: 'command_reply',
      attempts: 1,
      method: 'GET',
      topic: 'mine',
      other: [1],
      _msgid: 'x',
    });
  });

  it('an id as text is the same id', async () => {
    onCommand = ({ command }, reply) => void reply({ id: String(command.id) });
    await start({ method: '' });
    const seen = await next('out.got', () => nodeOf('out').receive({ device: 'DU_1', payload: whole(6) }));
    should(seen).containEql({ id: 6, payload: { method: 'm', params: { ok: true }, id: '6' } });
  });

  it('no reply in time: EZT_REPLY_TIMEOUT; a late one disturbs nobody', async () => {
    let late: Reply | undefined;
    onCommand = ({ command }, reply) => {
      if (command.id === 1) late = reply;
      else void reply();
    };
    await start({ method: '', timeout: 0.1 });
    const got = record('out.got');
    const caught = await next('errors', () => nodeOf('out').receive({ device: 'DU_1', payload: whole(1) }));
    should(caught.error?.code).equal('EZT_REPLY_TIMEOUT');
    should(caught).containEql({ device: 'DU_1', payload: whole(1) });
    await next('in.got', () => late?.());
    await next('out.got', () => nodeOf('out').receive({ device: 'DU_1', payload: whole(2) }));
    should(got.map(({ id }) => id)).deepEqual([2]);
  });

  it('an id that is in flight to the device already: EZT_PAYLOAD; to another device: fine', async () => {
    const waiting: Reply[] = [];
    onCommand = (_sent, reply) => void waiting.push(reply);
    await start({ method: '' });
    nodeOf('out').receive({ device: 'DU_1', payload: whole(1) });
    await until(() => waiting.length === 1, 5000, 'the first command');
    const caught = await next('errors', () => nodeOf('out').receive({ device: 'DU_1', payload: whole(1) }));
    should(caught.error?.code).equal('EZT_PAYLOAD');
    nodeOf('out').receive({ device: 'DU_2', payload: whole(1) });
    await until(() => waiting.length === 2, 5000, 'the command to the other device');
    const replies = collect<Seen>(nodeOf('out.got'), 2);
    for (const reply of waiting) void reply();
    should((await replies).map(({ device }) => device)).deepEqual(['DU_1', 'DU_2']);
  });

  it('without waitReply it goes on unchanged but for id and device, once the broker has it', async () => {
    onCommand = () => undefined;
    await start({ waitReply: false, device: 'DU_2' });
    const payload = { a: 1 };
    const seen = await next('out.got', () =>
      nodeOf('out').receive({ device: 'DU_1', payload, topic: 't', method: 'other', _msgid: 'x' }),
    );
    const { id, ...rest } = seen;
    should(id).be.within(1, 2 ** 31 - 1);
    rest.should.deepEqual({ payload, topic: 't', method: 'other', device: 'DU_2', _msgid: 'x' });
    const { filters, counters } = await statusOf('cloud');
    should(counters.acknowledged).equal(1);
    Object.keys(filters).should.deepEqual([`open/${broker.key}/+/command_reply`]); // of the ezt-in
  });

  it('with a shared group every reply still reaches the one who asked', async () => {
    await start({}, '5', 'halves');
    const both = Promise.all([
      next('in.got', () => undefined),
      next('out.got', () => nodeOf('out').receive({ device: 'DU_1', payload: {} })),
    ]);
    const [heard, answered] = await both;
    should(heard.id).equal(answered.id);
  });

  for (const protocol of ['5', '3.1.1']) {
    it(`500 in flight, replies shuffled, doubled and foreign: each message gets its own, MQTT ${protocol}`, async () => {
      const waiting: { sent: Sent; reply: Reply }[] = [];
      onCommand = (sent, reply) => void waiting.push({ sent, reply });
      await start({ method: '', timeout: 60 }, protocol);
      const settling = watchSettling('out');
      const got = record('out.got');
      const devices = ['DU_1', 'DU_2', 'DU_3', 'DU_4', 'DU_5'];
      const expected = new Map<string, unknown>();
      for (let n = 0; n < 500; n += 1) {
        const device = devices[n % devices.length];
        // The same ids for different devices, so that an id alone does not say whose reply it is.
        const payload = whole(1 + Math.floor(n / devices.length), { n });
        expected.set(settling.give({ device, payload }), { echo: { n } });
      }
      await until(() => waiting.length === 500, 30_000, 'all commands');
      should((await statusOf('cloud')).commands).equal(500);
      const shuffled = waiting.sort(
        (a, b) => ((a.sent.command.id * 37) % 101) - ((b.sent.command.id * 37) % 101),
      );
      for (const { sent, reply } of shuffled) {
        void reply({ params: 'foreign' }, 'DU_99');
        void reply({ params: 'foreign', id: sent.command.id + 1000 });
        void reply({ params: { echo: sent.command.params } });
        void reply({ params: 'doubled' });
      }
      const outcomes = await settling.all(60_000);
      settling.stop();
      should(outcomes).deepEqual(Array(500).fill('done'));
      await until(() => got.length === 500, 5000, 'all messages');
      for (const { _msgid, payload } of got)
        should(Object(payload).params).deepEqual(expected.get(_msgid), _msgid);
      should(new Set(got.map(({ _msgid }) => _msgid)).size).equal(500);
      should((await statusOf('cloud')).commands).equal(0);
    }).timeout(120_000);
  }
});
