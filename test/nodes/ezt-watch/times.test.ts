import should from 'should';
import { until } from '../../support/events';
import { deploy, nodeOf } from '../../support/flows';
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

  for (const [what, properties] of [
    ['delete it: a node that comes later under its id', undefined],
    ['take it to another project: when it is back, it', { cloud: 'another' }],
  ] as const) {
    it(`that ${what} begins anew`, async () => {
      const watch = { devices: ['DU_1'], mode: 'alarm' };
      await on.start(watch);
      on.device('DU_1/alarm', { alerting: true });
      (await on.brief(1)).should.eql(['1 DU_1']);
      const flow = on.flow(watch);
      const node = flow.find(({ id }) => id === 'watch');
      const away = properties ? [{ ...node, ...properties }] : [];
      const other = { ...node, id: 'other' };
      await deploy([...flow.filter(({ id }) => id !== 'watch'), ...away, other], 'nodes');
      await deploy(flow, 'nodes');
      await until(() => nodeOf('watch'), 1_000, 'the node');
      on.device('DU_1/alarm', { alerting: true });
      (await on.brief(2)).should.eql(['1 DU_1', '1 DU_1']);
    });
  }
});
