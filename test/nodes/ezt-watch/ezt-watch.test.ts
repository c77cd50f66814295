import should from 'should';
import { until } from '../../support/events';
import { nodeOf } from '../../support/flows';
import { next, statusOf } from '../../support/project';
import { withWatch } from './with-watch';

describe('ezt-watch: what it sends', () => {
  const on = withWatch();

  it('of a silent device, with every field and no other', async () => {
    await on.start({ devices: ['DU_1'], after: 0.3 });
    const before = Date.now();
    on.device('DU_1/event_report', { method: 'm', params: {} });
    await on.brief(1);
    on.device('DU_1/data/s', 'x');
    await on.brief(2);
    const [begun, over] = on.told;
    const { timestamp, _msgid, payload, ...rest } = begun as (typeof on.told)[number];
    _msgid.should.be.a.String();
    rest.should.deepEqual({
      output: 1,
      topic: 'DU_1',
      device: 'DU_1',
      name: 'pump 1',
      project: on.broker.endpoint,
      type: 'silence',
    });
    const { lastSeen, silentFor, ...shown } = payload as { lastSeen: number; silentFor: number };
    shown.should.deepEqual({ device: 'DU_1', silent: true });
    lastSeen.should.be.within(before, Date.now());
    silentFor.should.be.aboveOrEqual(290);
    should(timestamp).be.within(before, Date.now());
    should(over?.payload).containDeep({ device: 'DU_1', silent: false });
    should(over?._msgid).not.equal(_msgid);
  });

  it('of a device that was never heard', async () => {
    await on.start({ devices: ['DU_9'], after: 0.2 });
    await on.brief(1);
    should(on.told[0]?.payload).containDeep({ device: 'DU_9', silent: true, lastSeen: null });
    should(on.told[0]).not.have.property('name');
  });

  it('of an attribute beyond its limit', async () => {
    await on.start({ mode: 'threshold', attribute: 't', op: 'gt', value: '30', clear: '28' });
    for (const t of [31, 29, 27]) on.device('DU_2/attributes', { t, u: 1 });
    (await on.brief(2)).should.eql(['1 DU_2', '2 DU_2']);
    should(on.told.map(({ payload, type, name }) => [payload, type, name])).deepEqual([
      [{ device: 'DU_2', attribute: 't', value: 31, active: true }, 'threshold', 'pump 2'],
      [{ device: 'DU_2', attribute: 't', value: 27, active: false }, 'threshold', 'pump 2'],
    ]);
  });

  it('of an attribute beyond its limit for so long', async () => {
    await on.start({ mode: 'threshold', attribute: 't', op: 'lte', value: -5, for: 0.3 });
    on.device('DU_1/attributes', { t: -6 });
    on.device('DU_2/attributes', { t: -6 });
    on.device('DU_2/attributes', { t: -4 });
    (await on.brief(1)).should.eql(['1 DU_1']);
    on.device('DU_1/attributes', { t: 0 });
    (await on.brief(2)).should.eql(['1 DU_1', '2 DU_1']);
  });

  it('of an alarm, again and again until it is acknowledged', async () => {
    await on.start({ mode: 'alarm', every: 0.1 });
    on.device('DU_1/alarm', { alerting: true });
    on.device('DU_2/alarm', { alerting: true });
    await on.brief(6);
    nodeOf('watch').receive({ acknowledge: 'pump 1' });
    await until(() => on.completed.length === 1, 2000, 'done');
    const before = on.told.length;
    await on.brief(before + 3);
    on.told
      .slice(before)
      .map(({ device }) => String(device))
      .should.not.containEql('DU_1');
    on.device('DU_1/alarm', { alerting: false });
    await until(() => on.told.some(({ output }) => output === 2), 2000, 'the end');
    const over = on.told.find(({ output }) => output === 2);
    should(over?.payload).containDeep({ device: 'DU_1', alerting: false });
    should(over?.type).equal('alarm');
  });

  it('nothing for what was retained, in silence; an alarm that was retained once', async () => {
    await on.start({ devices: ['DU_1'], mode: 'alarm' });
    for (let i = 0; i < 3; i += 1) on.device('DU_1/alarm', { alerting: true }, { retain: true });
    on.device('DU_1/alarm', { alerting: false });
    (await on.brief(2)).should.eql(['1 DU_1', '2 DU_1']);
  });
});

describe('ezt-watch: what it asks for', () => {
  const on = withWatch();
  const filters = async () =>
    Object.entries((await statusOf('cloud')).filters)
      .map(([filter, qos]) => `${filter.slice(`open/PR_1/`.length)} ${qos}`)
      .sort();

  const DATA = ['attributes', 'command_reply', 'data/+', 'event_report', 'online'];
  it('silence: all that shows that a device is there', async () => {
    await on.start({ devices: ['pump 1'] });
    (await filters()).should.eql(DATA.map((each) => `DU_1/${each} 1`));
  });
  it('a threshold: attributes', async () => {
    await on.start({ mode: 'threshold', attribute: 't', value: 1 });
    (await filters()).should.eql(['+/attributes 1']);
  });
  it('alarms, of the devices of a tag', async () => {
    await on.start({ mode: 'alarm', devices: ['#pumps'] });
    (await filters()).should.eql(['DU_1/alarm 1', 'DU_2/alarm 1']);
  });
});

describe('ezt-watch: what it takes', () => {
  const on = withWatch();
  const taken = [true, 'DU_1', 'pump 1', '#pumps', ['DU_1', 'pump 2'], 'DU_1, DU_2', 'DU_unknown'];
  for (const mode of ['silence', 'threshold', 'alarm'])
    it(`${mode}: ends every message once, and sends none of them`, async () => {
      await on.start({ mode, attribute: 't', value: 1 });
      for (const acknowledge of taken) nodeOf('watch').receive({ acknowledge });
      await until(() => on.completed.length === taken.length, 2000, 'done');
      on.errors.should.eql([]);
      on.told.should.eql([]);
    });

  const refused: [what: string, code: string, message: Record<string, unknown>][] = [
    ['nothing', 'EZT_PAYLOAD', { payload: 1 }],
    ['false', 'EZT_PAYLOAD', { acknowledge: false }],
    ['empty text', 'EZT_PAYLOAD', { acknowledge: '' }],
    ['an empty list', 'EZT_DEVICE', { acknowledge: [] }],
    ['a number', 'EZT_DEVICE', { acknowledge: 7 }],
    ['an object', 'EZT_DEVICE', { acknowledge: { device: 'DU_1' } }],
    ['no device', 'EZT_DEVICE', { acknowledge: 'a/b' }],
    ['an unknown tag', 'EZT_DEVICE', { acknowledge: '#nobody' }],
  ];
  for (const [what, code, message] of refused)
    it(`refuses ${what}: ${code}`, async () => {
      await on.start({ mode: 'alarm' });
      const { error } = await next('errors', () => nodeOf('watch').receive(message));
      should(error?.code).equal(code);
      on.completed.should.eql([]);
    });
});
