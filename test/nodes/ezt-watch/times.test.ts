import should from 'should';
import { until } from '../../support/events';
import { deploy, nodeOf } from '../../support/flows';
import { next, palette, place, ready } from '../../support/project';
import { shows } from '../../support/statuses';
import { withWatch } from './with-watch';

describe('ezt-watch: while the broker is away', () => {
  const on = withWatch();

  it('no device is silent, and each has the whole time anew after that', async function () {
    this.timeout(20_000);
    await on.start({ devices: ['DU_1', 'DU_2'], after: 1.5 });
    on.device('DU_1/attributes', { t: 1 });
    await on.leave();
    on.told.should.eql([]);
    await on.back();
    const back = Date.now();
    on.device('DU_2/online', { online: true });
    (await on.brief(2)).sort().should.eql(['1 DU_1', '1 DU_2']);
    for (const { timestamp } of on.told) should(timestamp).be.aboveOrEqual(back + 1_400);
  });

  it('an attribute may come back, and what has become due is told after that', async function () {
    this.timeout(20_000);
    await on.start({ mode: 'threshold', attribute: 't', op: 'gt', value: 30, for: 0.5 });
    on.device('DU_1/attributes', { t: 31 });
    on.device('DU_2/attributes', { t: 31 });
    await on.acknowledged(2);
    await on.leave();
    on.told.should.eql([]);
    await on.back();
    on.device('DU_2/attributes', { t: 3 });
    (await on.brief(1)).should.eql(['1 DU_1']);
    on.device('DU_1/attributes', { t: 3 });
    (await on.brief(2)).should.eql(['1 DU_1', '2 DU_1']);
  });
});

describe('ezt-watch: a subscription that is refused', () => {
  const on = withWatch();
  it('makes no device silent', async () => {
    await on.start({ devices: ['DU_1'], mode: 'alarm' });
    on.broker.on.subscribe = ({ messageId = 0, subscriptions }, connection) =>
      connection.send({
        cmd: 'suback',
        messageId,
        granted: subscriptions.map(({ topic }) => (topic.includes('DU_2') ? 0x87 : 1)),
      });
    const granted = { devices: ['DU_1'], after: 0.4 };
    const refused = on
      .flow({ devices: ['DU_2'], after: 0.1 })
      .filter(({ id }) => id === 'watch')
      .map((node) => ({ ...node, id: 'refused' }));
    await deploy([...on.flow(granted), ...refused], 'nodes');
    await shows('refused', ({ reason }) => reason === 'subscription');
    (await on.brief(1)).should.eql(['1 DU_1']);
  });
});

describe('ezt-watch: deploys', () => {
  const on = withWatch();

  for (const type of ['nodes', 'full'] as const) {
    it(`of type ${type} change nothing: what was told is not told again, and its end is`, async () => {
      const watch = { devices: ['DU_1'], after: 0.2 };
      await on.start(watch);
      on.device('DU_1/attributes', { t: 1 });
      (await on.brief(1)).should.eql(['1 DU_1']);
      await deploy(on.flow({ ...watch, name: type }), type);
      if (type === 'full') on.listen();
      await until(() => on.broker.current.subscriptions.size === 5, 5_000, 'the subscriptions');
      on.device('DU_1/attributes', { t: 1 });
      (await on.brief(2)).should.eql(['1 DU_1', '2 DU_1']);
      (await on.brief(3)).should.eql(['1 DU_1', '2 DU_1', '1 DU_1']);
    });
  }

  it('that replace it in the midst of the time: it goes on', async () => {
    const watch = { mode: 'threshold', attribute: 't', op: 'gt', value: 30, for: 0.6 };
    await on.start(watch);
    on.device('DU_1/attributes', { t: 31 });
    await on.acknowledged(1);
    for (let i = 0; i < 3; i += 1) await deploy(on.flow({ ...watch, name: `${i}` }), 'nodes');
    (await on.brief(1)).should.eql(['1 DU_1']);
    on.device('DU_1/attributes', { t: 3 });
    (await on.brief(2)).should.eql(['1 DU_1', '2 DU_1']);
  });

  it('that disable it and enable it again: what others have heard meanwhile is told', async () => {
    const watch = { devices: ['DU_1'], mode: 'alarm' };
    const other = palette('ezt-in', 'other', { types: ['alarm'] });
    await on.start(watch);
    await deploy([...on.flow(watch), ...other], 'nodes');
    await ready('other');
    on.device('DU_1/alarm', { alerting: true });
    (await on.brief(1)).should.eql(['1 DU_1']);
    await deploy([...on.flow({ ...watch, d: true }), ...other], 'nodes');
    await next('other.got', () => on.device('DU_1/alarm', { alerting: false }));
    await deploy([...on.flow(watch), ...other], 'nodes');
    (await on.brief(2)).should.eql(['1 DU_1', '2 DU_1']);
  });

  it('that give it another project for a while: it begins anew', async () => {
    const watch = { devices: ['DU_1'], mode: 'alarm' };
    const other = [
      { id: 'plant', type: 'eztcloud-config', endpoint: on.broker.endpoint, tls: 'tls' },
      ...palette('ezt-in', 'in', { types: ['alarm'] }), // keeps the subscription
    ];
    await on.start(watch);
    await deploy([...on.flow(watch), ...other], 'nodes');
    await until(() => on.broker.current.subscriptions.has('open/PR_1/+/alarm'), 5_000, 'the subscription');
    on.device('DU_1/alarm', { alerting: true });
    (await on.brief(1)).should.eql(['1 DU_1']);
    await deploy([...on.flow({ ...watch, cloud: 'plant' }), ...other], 'nodes');
    await deploy([...on.flow(watch), ...other], 'nodes');
    on.device('DU_1/alarm', { alerting: true });
    (await on.brief(2)).should.eql(['1 DU_1', '1 DU_1']);
  });

  it('that change the aliases only, with it in a subflow that has the project as a property: it misses nothing', async () => {
    await on.start({ mode: 'alarm' });
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Node-RED's form of a subflow's property
    const cloud = '${CLOUD}';
    const inside = { id: 'inside', type: 'ezt-watch', z: 'sub', x: 0, y: 0, cloud, mode: 'alarm' };
    const flow = (aliases: object) => [
      ...on.flow({ mode: 'alarm', d: true }, { aliases }),
      {
        id: 'sub',
        type: 'subflow',
        name: 'Sub',
        in: [],
        out: [{ x: 0, y: 0, wires: [{ id: 'inside', port: 0 }] }],
        env: [{ name: 'CLOUD', type: 'eztcloud-config', value: '' }],
      },
      { ...inside, wires: [[], []] },
      {
        id: 'one',
        type: 'subflow:sub',
        ...place,
        env: [{ name: 'CLOUD', type: 'eztcloud-config', value: 'cloud' }],
        wires: [['begun']],
      },
    ];
    const slow = (name: string) => ({ id: 'slow', type: 'helper', name, ...place, wires: [] });
    await deploy([...flow({}), slow('before')], 'nodes');
    await ready('one-inside');
    nodeOf('slow').on('close', (done: () => void) => {
      on.device('DU_1/alarm', { alerting: true });
      setTimeout(done, 100); // meanwhile it arrives, and waits for the end of the deploy
    });
    await deploy([...flow({ DU_1: { name: 'pump' } }), slow('after')], 'nodes');
    (await on.brief(1)).should.eql(['1 DU_1']);
  });

  it('that delete it: a node that comes later under its id begins anew', async () => {
    const watch = { devices: ['DU_1'], mode: 'alarm' };
    await on.start(watch);
    on.device('DU_1/alarm', { alerting: true });
    (await on.brief(1)).should.eql(['1 DU_1']);
    const flow = on.flow(watch);
    const other = { ...flow.find(({ id }) => id === 'watch'), id: 'other' };
    await deploy([...flow.filter(({ id }) => id !== 'watch'), other], 'nodes');
    await deploy(flow, 'nodes');
    await until(() => nodeOf('watch'), 1_000, 'the node');
    on.device('DU_1/alarm', { alerting: true });
    (await on.brief(2)).should.eql(['1 DU_1', '1 DU_1']);
  });
});
