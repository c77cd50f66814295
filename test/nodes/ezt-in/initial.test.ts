import should from 'should';
import { collect, until } from '../../support/events';
import { deploy, type Flow, nodeOf } from '../../support/flows';
import { palette, project, ready, record, type Seen, tab } from '../../support/project';
import { withScripted } from './with-scripted';

describe('ezt-in: first what is known', () => {
  const it_ = withScripted();
  const { load, report, settled } = it_;
  const flow = (...nodes: Flow) => [
    ...tab(),
    ...project(it_.broker),
    ...palette('ezt-in', 'all', { types: [] }),
    ...nodes,
  ];
  const first = (properties: object = {}) => palette('ezt-in', 'in', { initial: true, ...properties });
  const said = (messages: readonly Seen[]) =>
    messages.map(
      ({ device, type, payload, known }) =>
        `${known ? 'known ' : ''}${device} ${type} ${JSON.stringify(payload)}`,
    );

  it('after a deploy: one message of each device and type, before those that waited for the end of it', async () => {
    await load(() => flow(), 'all');
    report('DU_1/attributes', { t: 20 });
    report('DU_1/attributes', { h: 50 });
    report('DU_1/online', { online: true });
    report('DU_2/alarm', { alerting: true });
    await settled();
    const types = ['attributes', 'online', 'alarm', 'event_report'];
    const before = Date.now();
    const got = deployed(flow(...first({ types })));
    const messages = await got;
    should(said(messages)).eql([
      'known DU_1 attributes {"t":20,"h":50}',
      'known DU_1 online {"online":true}',
      'known DU_2 alarm {"alerting":true}',
      'known DU_last alarm {"alerting":true}',
      'DU_1 attributes {"t":21}',
    ]);
    for (const { known, age, timestamp = 0, qos, retain, topic, type, device } of messages.slice(0, 4)) {
      should([known, qos, retain, topic]).eql([true, 0, false, `open/PR_scripted/${device}/${type}`]);
      should(timestamp).be.belowOrEqual(before);
      should(age).be.within(before - timestamp, Date.now() - timestamp);
    }
    should(messages[4]).not.have.properties('known', 'age');
  });

  /** Deploys; a message of DU_1 arrives meanwhile. Resolves with what the node `in` sends until then. */
  async function deployed(nodes: Flow): Promise<Seen[]> {
    const starting = deploy(nodes, 'nodes');
    report('DU_1/attributes', { t: 21 });
    await starting;
    const got = record('in.got');
    await until(() => got.some(({ known }) => !known), 5000, 'the live message');
    return got;
  }

  it('not for a node that goes on running, and again for one that is changed', async () => {
    await load(() => flow(...first()), 'in', 'all');
    report('DU_1/attributes', { t: 20 });
    await settled();
    const got = record('in.got');
    await deploy(flow(...first(), ...palette('ezt-in', 'other', { initial: true })), 'nodes');
    const other = record('other.got');
    await settled();
    should([said(got), said(other)]).eql([[], ['known DU_1 attributes {"t":20}']]);
    await deploy(flow(...first({ name: 'changed' })), 'nodes');
    const anew = record('in.got');
    await settled();
    should(said(anew)).eql(['known DU_1 attributes {"t":20}']);
  });

  it('on each new connection, before its first message', async () => {
    await load(
      () => flow(...first({ devices: ['DU_1', 'DU_3'], types: ['attributes', 'alarm'] })),
      'in',
      'all',
    );
    const got = record('in.got');
    report('DU_1/attributes', { t: 20 });
    report('DU_2/attributes', { t: 20 });
    await settled();
    for (const connection of [2, 3]) {
      it_.broker.current.destroy();
      it_.broker.on.connect = (packet, mine) => {
        mine.answer(packet);
        // In the same write as CONNACK: of a session that a broker has kept.
        mine.send({
          cmd: 'publish',
          topic: 'open/PR_scripted/DU_1/attributes',
          payload: '{"t":21}',
          qos: 0,
          retain: false,
          dup: false,
        });
      };
      await until(() => it_.broker.connections.length === connection, 10_000, 'the connection');
      await until(() => got.length === 1 + 2 * (connection - 1), 5000, 'both messages');
    }
    should(said(got)).eql([
      'DU_1 attributes {"t":20}',
      'known DU_1 attributes {"t":20}',
      'DU_1 attributes {"t":21}',
      'known DU_1 attributes {"t":21}',
      'DU_1 attributes {"t":21}',
    ]);
  });

  it('with changes only: is sent although nothing has changed, and counts as sent', async () => {
    await load(() => flow(...first({ when: 'changed', devices: ['DU_1'] })), 'in', 'all');
    report('DU_1/attributes', { t: 20 });
    await settled();
    await deploy(flow(...first({ when: 'changed', devices: ['DU_1'], name: 'changed' })), 'nodes');
    const got = record('in.got');
    report('DU_1/attributes', { t: 20 });
    report('DU_1/attributes', { t: 21 });
    await settled();
    should(said(got)).eql(['known DU_1 attributes {"t":20}', 'DU_1 attributes {"t":21}']);
    should(got[1]?.previous).eql({ t: 20 });
  });

  it('of many devices: live messages wait for their turn, and none is lost', async () => {
    const devices = 3_000;
    await load(() => flow(), 'all');
    const heard = collect(nodeOf('all.got'), devices, 20_000);
    for (let i = 0; i < devices; i += 1) report(`DU_${i}/attributes`, { n: i });
    await heard;
    const starting = deploy(flow(...first()), 'nodes');
    await starting;
    const got = record('in.got');
    for (let i = 0; i < 50; i += 1) report(`DU_${i}/attributes`, { live: i });
    await until(() => got.length === devices + 50, 20_000, 'everything');
    should(got.slice(0, devices).every(({ known }) => known)).be.true();
    should(got.slice(devices).map(({ payload }) => Object(payload).live)).eql(
      Array.from({ length: 50 }, (_, i) => i),
    );
  });

  it('is off unless it is asked for', async () => {
    await load(() => flow(), 'all');
    report('DU_1/attributes', { t: 20 });
    await settled();
    await deploy(flow(...palette('ezt-in', 'in')), 'nodes');
    const messages = record('in.got');
    await ready('in');
    await settled();
    should(said(messages)).eql([]);
  });
});
