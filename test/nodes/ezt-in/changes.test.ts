import should from 'should';
import { until } from '../../support/events';
import { deploy, type Flow, stopFlows } from '../../support/flows';
import { logOf } from '../../support/log';
import { palette, project, ready, record, type Seen, tab } from '../../support/project';
import { withScripted } from './with-scripted';

describe('ezt-in: only what has changed', () => {
  const it_ = withScripted();
  const { load, report, settled } = it_;
  const flow = (...nodes: Flow) => [
    ...tab(),
    ...project(it_.broker),
    ...palette('ezt-in', 'all', { types: ['alarm'] }),
    ...nodes,
  ];
  const changed = (properties: object = {}) => palette('ezt-in', 'in', { when: 'changed', ...properties });
  const said = (messages: readonly Seen[]) => messages.map(({ payload, previous }) => [payload, previous]);

  const subscribed = () =>
    until(() => it_.broker.current.subscriptions.has('open/PR_scripted/DU_1/attributes'), 5000, 'the filter');

  it('sends the attributes that differ, with what they were, for each device', async () => {
    await load(() => flow(...changed({ devices: ['DU_1', 'DU_2'] })), 'in', 'all');
    const got = record('in.got');
    report('DU_1/attributes', { t: 20, h: 50 });
    report('DU_2/attributes', { t: 20, h: 50 });
    report('DU_1/attributes', { t: 20, h: 51 });
    report('DU_1/attributes', { t: 20, h: 51 });
    await settled();
    should(said(got)).eql([
      [{ t: 20, h: 50 }, {}],
      [{ t: 20, h: 50 }, {}],
      [{ h: 51 }, { h: 50 }],
    ]);
  });

  it('holds numbers to their deadband, absolute or in percent', async () => {
    const both = [
      ...palette('ezt-in', 'in', { when: 'deadband', deadband: '0.5', output: 'value', devices: ['DU_1'] }),
      ...palette('ezt-in', 'pc', { when: 'deadband', deadband: '10%', output: 'value', devices: ['DU_1'] }),
    ];
    await load(() => flow(...both), 'in', 'pc', 'all');
    const [got, pc] = [record('in.got'), record('pc.got')];
    for (const t of [20, 20.4, 20.5, 21, 22, 24.1, 'off', 'off']) report('DU_1/attributes', { t });
    await settled();
    should(got.map(({ payload }) => payload)).eql([20, 20.5, 21, 22, 24.1, 'off']);
    should(said(pc)).eql([
      [20, undefined],
      [22, 20],
      ['off', 22],
    ]);
  });

  it('does not send again after any deploy what it has sent before', async () => {
    const now = (name: string) => flow(...changed({ name, devices: ['DU_1'] }));
    await load(() => now(''), 'in', 'all');
    let got = record('in.got');
    report('DU_1/attributes', { t: 20 });
    await settled();
    got.length.should.equal(1);
    for (const type of ['nodes', 'flows', 'full'] as const) {
      await deploy(now(type), type);
      await ready('in', 'all');
      got = record('in.got');
      report('DU_1/attributes', { t: 20 });
      await settled();
      should(said(got)).eql([]);
    }
    report('DU_1/attributes', { t: 21 });
    await settled();
    should(said(got)).eql([[{ t: 21 }, { t: 20 }]]);
  });

  it('is forgotten with the node, with its project, and when everything is sent in between; not when it is disabled', async () => {
    const again = async (properties: object, ...before: Flow[]) => {
      for (const each of before) {
        await deploy(flow(...each), 'nodes');
        await ready('all');
        report('DU_1/attributes', { t: 20 });
        await settled();
      }
      await deploy(flow(...changed({ devices: ['DU_1'], ...properties })), 'nodes');
      await ready('in', 'all');
      await subscribed();
      const got = record('in.got');
      report('DU_1/attributes', { t: 20 });
      await settled();
      return got.length;
    };
    await load(() => flow(...changed({ devices: ['DU_1'] })), 'in', 'all');
    report('DU_1/attributes', { t: 20 });
    await settled();
    should(await again({ name: 'changed' })).equal(0);
    should(await again({}, changed({ devices: ['DU_1'], d: true }))).equal(0);
    should(await again({}, changed({ devices: ['DU_1'], when: 'always' }))).equal(1);
    should(await again({}, [])).equal(1);
    should(await again({}, changed({ devices: ['DU_1'], cloud: 'no such project' }))).equal(1);
  });

  it('is kept over a stop of the flows for a node in a subflow', async () => {
    const subflow = [
      {
        id: 'sub',
        type: 'subflow',
        name: 'Sub',
        in: [],
        env: [],
        out: [{ x: 0, y: 0, wires: [{ id: 'inner', port: 0 }] }],
      },
      {
        id: 'inner',
        type: 'ezt-in',
        z: 'sub',
        x: 0,
        y: 0,
        cloud: 'cloud',
        devices: ['DU_1'],
        when: 'changed',
        wires: [[]],
      },
      { id: 'instance', type: 'subflow:sub', z: 'tab', x: 0, y: 0, name: '', wires: [['inner.got']] },
      { id: 'inner.got', type: 'helper', z: 'tab', x: 0, y: 0, wires: [] },
    ];
    await load(() => flow(...subflow), 'all');
    await subscribed();
    let got = record('inner.got');
    report('DU_1/attributes', { t: 20 });
    await settled();
    got.length.should.equal(1);
    await deploy(flow(...subflow, ...palette('ezt-in', 'more')), 'flows');
    await ready('all', 'more');
    got = record('inner.got');
    report('DU_1/attributes', { t: 20 });
    await settled();
    got.length.should.equal(0);
  });

  for (const deadband of ['', ' ', '-1', '5 apples', '1,5']) {
    it(`a deadband of "${deadband}" is EZT_CONFIG, and no other node minds`, async () => {
      await load(() => flow(...palette('ezt-in', 'in', { when: 'deadband', deadband })), 'all');
      should(logOf('in', 'error').join()).match(/deadband is not valid: expected 0\.5, 5%/);
      await settled();
      await stopFlows();
    });
  }

  it('a deadband that is not used may be anything', async () => {
    await load(() => flow(...changed({ deadband: 'x' })), 'in', 'all');
  });
});
