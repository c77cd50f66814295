import should from 'should';
import { until } from '../../support/events';
import { admin, deploy, loadFlow, unload } from '../../support/flows';
import { needs } from '../../support/machine';
import { type Mosquitto, startMosquitto } from '../../support/mosquitto';
import {
  credentials,
  deviceOf,
  next,
  palette,
  project,
  ready,
  record,
  statusOf,
  tab,
} from '../../support/project';

describe('listening to everything of a project', function () {
  needs(this, 'mosquitto');
  this.timeout(60_000);
  let broker: Mosquitto;
  const flow = (aliases: object = {}) => [
    ...tab(),
    ...project(broker, { aliases }),
    { id: 'unused', type: 'eztcloud-config', endpoint: broker.endpoint, tls: 'tls' },
    { id: 'group', type: 'eztcloud-config', endpoint: broker.endpoint, tls: 'tls', group: 'us' },
    { id: 'broken', type: 'eztcloud-config', endpoint: 'mqtt://host' },
    ...palette('ezt-in', 'in', { devices: ['DU_1'], types: ['attributes'] }),
  ];

  before(async () => {
    broker = await startMosquitto();
    const { cloud, ...rest } = credentials(broker);
    await loadFlow(flow(), { credentials: { cloud, unused: cloud, group: cloud, ...rest } as typeof rest });
    await ready('in');
  });
  after(async () => {
    await unload();
    await broker.stop();
  });

  const post = (id: string, body: object) => admin(`/eztcloud/${id}/listen`, body);
  const left = async (id: string, body: object) =>
    ((await (await post(id, body)).json()) as { left: number }).left;
  const picker = async (id: string, query = '') =>
    (await (await admin(`/eztcloud/${id}/picker?${query}`)).json()) as {
      state: string;
      known: number;
      listening: number;
      grouped: boolean;
      rows: { device: string }[];
    };
  const filters = async (id = 'cloud') => Object.keys((await statusOf(id)).filters ?? {});
  const wildcards = async (count: number, id = 'cloud') =>
    until(
      async () => (await filters(id)).filter((filter) => filter.includes('/+/')).length === count,
      5_000,
      `${count} filters for every device`,
    );

  it('lets the device memory learn, and no node, error or count of deliveries notice', async () => {
    const device = deviceOf(await broker.platform(), broker.key);
    const [got, errors] = [record('in.got'), record('errors')];
    should(await left('cloud', { asker: 'a' })).be.within(1, 30_000);
    await wildcards(6);
    const before = (await statusOf('cloud')).counters;
    await device('DU_2/attributes', { t: 1 });
    await device('DU_3/event_report', 'not JSON');
    await until(async () => (await picker('cloud')).known === 2, 5_000, 'two devices');
    await next('in.got', () => device('DU_1/attributes', { t: 2 }));
    should((await picker('cloud', 'search=du_2')).rows.map((row) => row.device)).eql(['DU_2']);
    const { counters } = await statusOf('cloud');
    const more = (name: string) => Number(counters[name]) - Number(before[name]);
    should([more('received'), more('delivered'), more('malformed')]).eql([3, 1, 0]);
    should([got.map(({ device: from }) => from), errors.length]).eql([['DU_1'], 0]);
  });

  it('goes on once, however many ask, until the last of them stops', async () => {
    const first = (await picker('cloud')).listening;
    should(await left('cloud', { asker: 'b' })).be.within(1, first);
    should(await left('cloud', { asker: 'a', stop: true })).be.above(0);
    should(await left('cloud', { asker: 'stranger', stop: true })).be.above(0);
    await wildcards(6);
    should(await left('cloud', { asker: 'b', stop: true })).equal(0);
    await wildcards(0);
    should(await filters()).eql([`open/${broker.key}/DU_1/attributes`]);
  });

  it('ends when a deploy restarts the project, though its connection is kept', async () => {
    await left('cloud', { asker: 'a' });
    await wildcards(6);
    await deploy(flow({ DU_1: { name: 'Pump' } }), 'nodes');
    await wildcards(0);
    should((await picker('cloud')).listening).equal(0);
    should((await statusOf('cloud')).counters.connections).equal(1);
    should(await left('cloud', { asker: 'a', stop: true })).equal(0);
  });

  it('opens the connection of a project that no node uses, and closes it again', async () => {
    should((await picker('unused')).state).equal('unused');
    await left('unused', { asker: 'a' });
    await wildcards(6, 'unused');
    await left('unused', { asker: 'a', stop: true });
    should((await picker('unused')).state).equal('unused');
  });

  it('is refused with a shared-subscription group, which would split the messages', async () => {
    const response = await post('group', { asker: 'a' });
    should([response.status, await response.json()]).eql([409, { reason: 'group' }]);
    should((await picker('group')).grouped).be.true();
  });

  for (const [what, id, body, status] of [
    ['a project that cannot be used', 'broken', { asker: 'a' }, 400],
    ['no project', 'nowhere', { asker: 'a' }, 404],
    ['nobody', 'cloud', {}, 400],
    ['a list', 'cloud', ['a'], 400],
    ['a name that is too long', 'cloud', { asker: 'x'.repeat(65) }, 400],
  ] as const)
    it(`is refused for ${what}`, async () => {
      should((await post(id, body)).status).equal(status);
    });

  it('takes JSON only', async () => {
    const headers = { 'content-type': 'text/plain' };
    const response = await admin('/eztcloud/cloud/listen', undefined, {
      method: 'POST',
      headers,
      body: '{"asker":"a"}',
    });
    should(response.status).equal(415);
  });

  it('is told of by a picker route that answers whatever is asked', async () => {
    should((await picker('nowhere')).state).equal('notDeployed');
    should((await picker('broken')).state).equal('problem');
    for (const hostile of [
      'kind=__proto__&kind=events&search[a]=b',
      `search=${'x'.repeat(5_000)}&named=${'y'.repeat(5_000)}`,
      `kind=attributes&${Array.from({ length: 500 }, (_, i) => `device=DU_${i}`).join('&')}`,
      'named=%F0%9F%98%80&named=%00&named=',
      'search=%E0%A4%A',
    ])
      should(Array.isArray((await picker('cloud', hostile)).rows)).be.true();
  });
});
