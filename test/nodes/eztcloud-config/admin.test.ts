import should from 'should';
import { until } from '../../support/events';
import { admin, loadFlow, nodeOf, unload } from '../../support/flows';
import { needs } from '../../support/machine';
import { type Mosquitto, startMosquitto } from '../../support/mosquitto';
import { credentials, deviceOf, next, palette, project, ready, statusOf, tab } from '../../support/project';

describe('admin routes', function () {
  needs(this, 'mosquitto');
  let broker: Mosquitto;

  before(async () => {
    broker = await startMosquitto();
    const flow = [
      ...tab(),
      ...project(broker, { aliases: { DU_3: { name: 'Boiler', tags: ['floor 1'] } } }),
      ...palette('ezt-in', 'in', { types: [] }),
      ...palette('ezt-attr-out', 'attr'),
      { id: 'broken', type: 'eztcloud-config', endpoint: 'mqtt://host' },
    ];
    await loadFlow(flow, { credentials: credentials(broker) });
    await ready('in', 'attr');
  });
  after(async () => {
    await unload();
    await broker.stop();
  });

  it('devices: what has been seen', async () => {
    const device = deviceOf(await broker.platform(), broker.key);
    const start = Date.now();
    await next('in.got', () => device('DU_1/attributes', { a: 1, b: 2 }));
    await next('in.got', () => device('DU_1/online', { online: true }));
    await next('in.got', () => device('DU_1/data/s1', 'x'));
    await next('in.got', () => device('DU_1/event_report', { method: 'm1', params: {} }));
    await next('in.got', () => device('DU_2/online', { online: false }));
    const devices = await (await admin('/eztcloud/cloud/devices')).json();
    const [first, second] = ['DU_1', 'DU_2'].map((name) =>
      devices.find((each: { device: string }) => each.device === name),
    );
    should(devices.length).equal(2);
    should(first.lastSeen).be.within(start, Date.now());
    should(first).containEql({ device: 'DU_1', online: true });
    should([first.attributes, first.streams, first.methods]).deepEqual([['a', 'b'], ['s1'], ['m1']]);
    should(second).containEql({ device: 'DU_2', online: false });
  });

  it('memory: what is known, a page at a time, whatever is asked', async () => {
    const device = deviceOf(await broker.platform(), broker.key);
    await next('in.got', () => device('DU_3/attributes', { a: { b: 1 }, c: 2 }));
    await next('in.got', () => device('DU_4/alarm', { alerting: true }));
    const ask = async (query: string) => {
      const response = await admin(`/eztcloud/cloud/memory?${query}`);
      const text = await response.text();
      should([response.status, text.includes(broker.secret)]).deepEqual([200, false]);
      return JSON.parse(text);
    };
    const { total, devices, next: after } = await ask('search=DU_&limit=1&after=DU_2');
    should(total).be.aboveOrEqual(2);
    should([devices.length, devices[0].device, after]).deepEqual([1, 'DU_3', 'DU_3']);
    should(devices[0]).containEql({ attributes: { a: { b: 1 }, c: 2 }, online: null, alarm: null });
    for (const search of ['boil', 'FLOOR']) {
      const found = await ask(`search=${search}`);
      should([found.total, found.devices[0].device, found.devices[0].name]).deepEqual([1, 'DU_3', 'Boiler']);
    }
    const last = await ask(`after=${after}`);
    should([last.devices[0].device, last.devices[0].alarm, last.next]).deepEqual(['DU_4', true, undefined]);
    for (const hostile of [
      'limit=-1',
      'limit=1e9',
      'limit[]=5',
      'search[a]=b&after[]=1&after[]=2',
      'search=__proto__&after=%F0%9F%98%80',
      `search=${'x'.repeat(5_000)}`,
      'search=.*%00(',
    ])
      should(Array.isArray((await ask(hostile)).devices)).be.true();
  });

  it('status: state, protocol, filters, counters, and no secret', async () => {
    const response = await admin('/eztcloud/cloud/status');
    const text = await response.text();
    should(text).not.containEql(broker.secret);
    const status = JSON.parse(text);
    should(status.state.is).equal('connected');
    should(status.protocol).equal('5');
    Object.keys(status.filters).length.should.equal(6);
    should(status.counters.connections).equal(1);
    const before = status.counters.acknowledged;
    nodeOf('attr').receive({ device: 'DU_1', payload: { a: 1 } });
    await until(
      async () => (await statusOf('cloud')).counters.acknowledged === before + 1,
      5000,
      'the counter',
    );
    const broken = await (await admin('/eztcloud/broken/status')).json();
    should(broken.problem.code).equal('EZT_CONFIG');
  });

  it('recent: the last messages, from where the last answer ended, by type and device, whatever is asked', async () => {
    const device = deviceOf(await broker.platform(), broker.key);
    const ask = async (query: string) => {
      const response = await admin(`/eztcloud/cloud/recent?${query}`);
      const text = await response.text();
      should([response.status, text.includes(broker.secret)]).deepEqual([200, false]);
      return JSON.parse(text);
    };
    const { last } = await ask('');
    const start = Date.now();
    await next('in.got', () => device('DU_3/attributes', { a: 1 }));
    await next('in.got', () => device('DU_4/online', { online: true }));
    await next('in.got', () => device('DU_4/data/s1', 'hello'));
    const page = await ask(`since=${last}`);
    should(page.messages.map(({ payload }: { payload: unknown }) => payload)).eql([
      { a: 1 },
      { online: true },
      'hello',
    ]);
    const [first] = page.messages;
    should(first).containEql({ device: 'DU_3', name: 'Boiler', type: 'attributes', format: 'json', size: 7 });
    should(first).containEql({ qos: 1, retain: false, own: false, complete: true });
    should(first.topic).endWith('/DU_3/attributes');
    should(first.timestamp).be.within(start, Date.now());
    should(page.last).be.above(last);
    const found = async (query: string) =>
      (await ask(`since=${last}&${query}`)).messages.map(({ type }: { type: string }) => type);
    should(await found('device=Boiler')).eql(['attributes']);
    should(await found(`device=${encodeURIComponent('#floor 1')}`)).eql(['attributes']);
    should(await found('type=online,data')).eql(['online', 'data']);
    should(await found('device=DU_4&type=data')).eql(['data']);
    should(await found('limit=1')).eql(['data']);
    should(await found('type=nothing')).eql([]);
    should(await found('device=%23nothing')).eql([]);
    should((await ask('since=8e15')).messages.length).be.aboveOrEqual(3);
    for (const hostile of [
      'limit=-1',
      'limit=1e9',
      'since=x',
      'since[]=5',
      'type[a]=b&device[]=1&device[]=2',
      `device=${'x,'.repeat(3_000)}`,
      'device=__proto__&type=__proto__',
    ])
      should(Array.isArray((await ask(hostile)).messages)).be.true();
    should(await (await admin('/eztcloud/broken/recent')).json()).eql({
      last: 0,
      messages: [],
      more: false,
      passed: 0,
    });
  });

  it('list: a window onto the devices, whatever is asked', async () => {
    const device = deviceOf(await broker.platform(), broker.key);
    await next('in.got', () => device('DU_3/attributes', { a: { b: 1 } }));
    const ask = async (query: string) => {
      const response = await admin(`/eztcloud/cloud/list?${query}`);
      const text = await response.text();
      should([response.status, text.includes(broker.secret)]).deepEqual([200, false]);
      return JSON.parse(text);
    };
    const found = await ask('search=boil&open=DU_3');
    should([found.total, found.devices.length]).eql([1, 1]);
    should(found.devices[0]).containEql({ at: 0, device: 'DU_3', name: 'Boiler', online: null });
    should(found.open.tags).eql(['floor 1']);
    should(found.open.attributes[0]).containEql({ name: 'a', value: { b: 1 } });
    const later = await ask(`search=boil&version=${found.version}&since=${found.now + 1}`);
    should([later.total, later.devices]).eql([1, []]);
    for (const hostile of [
      'offset=-1&limit=1e9&since=x&version=[]&openSince=NaN',
      'state=__proto__&state=all&open[]=1',
      `search=${'x'.repeat(5_000)}&open=${'y'.repeat(5_000)}`,
      'offset=9007199254740993',
    ])
      should(Array.isArray((await ask(hostile)).devices)).be.true();
    should((await (await admin('/eztcloud/broken/list')).json()).total).equal(0);
  });

  it('projects: the state of each, in bounded size and without a secret', async () => {
    const text = await (await admin('/eztcloud/projects')).text();
    should(text).not.containEql(broker.secret);
    const { now, projects } = JSON.parse(text);
    should(now).be.within(Date.now() - 5_000, Date.now());
    const [cloud, broken] = ['cloud', 'broken'].map((id) =>
      projects.find((each: { id: string }) => each.id === id),
    );
    should(cloud.state.is).equal('connected');
    should(cloud.state.since).be.belowOrEqual(now);
    should([cloud.protocol, cloud.filters.count, cloud.refused.count]).eql(['5', 6, 0]);
    should(cloud.counters.connections).equal(1);
    should(broken.problem.code).equal('EZT_CONFIG');
    should(projects.length).equal(2);
  });

  for (const id of ['nowhere', 'in', 'tls', '__proto__']) {
    it(`404 for ${id}, which is no project`, async () => {
      for (const route of ['devices', 'memory', 'list', 'status', 'recent']) {
        should((await admin(`/eztcloud/${id}/${route}`)).status).equal(404);
      }
    });
  }
});
