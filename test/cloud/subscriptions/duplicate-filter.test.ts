import fc from 'fast-check';
import should from 'should';
import type { Topic } from '../../../cloud/protocol/topics';
import type { Listener } from '../../../cloud/subscriptions/listener';
import { turn } from '../send/settling';
import { copy, createBroker, createProject, EVERYTHING, identifierOf, KEY } from './broker';

const ALARM: Topic = { device: 'DU_1', channel: 'alarm' };

/** DU_1's alarms are held, every device's are about to take their place, and both are there. */
async function midChange(identifiers: boolean) {
  const [broker, project] = [createBroker(), createProject()];
  const old = project.want('DU_1');
  await project.subscriptions.attach(
    broker.connection,
    { ...EVERYTHING, subscriptionIdentifiers: identifiers },
    undefined,
  );
  project.router.remove(old);
  const wide = project.want('+');
  broker.hesitate();
  const changed = project.subscriptions.reconcile();
  await broker.answer(1);
  [...broker.held.keys()].should.eql([`open/${KEY}/DU_1/alarm`, `open/${KEY}/+/alarm`]);
  return { broker, project, changed, wide };
}

describe('while filters change places', () => {
  for (const identifiers of [true, false]) {
    describe(identifiers ? 'with subscription identifiers' : 'without subscription identifiers', () => {
      it('each message gets through once', async () => {
        const { broker, project, changed } = await midChange(identifiers);
        for (const text of ['1', '2', '3']) project.hears(broker, ALARM, text).should.equal(1);
        project.hears(broker, { device: 'DU_2', channel: 'alarm' }).should.equal(1);
        await broker.answer();
        await changed;
        for (const text of ['4', '5']) project.hears(broker, ALARM, text).should.equal(1);
      });

      it('a message right behind the broker’s answer gets through', async () => {
        const { broker, project } = await midChange(identifiers);
        project.hears(broker, ALARM, 'same').should.equal(1);
        broker.answerOnly();
        project.hears(broker, ALARM, 'same').should.equal(1);
      });
    });
  }

  it('equal messages get through, each once, where identifiers tell copies apart', async () => {
    const { broker, project } = await midChange(true);
    for (let i = 0; i < 3; i += 1) project.hears(broker, ALARM, 'same').should.equal(1);
  });

  it('one copy for both filters gets through: some brokers merge them', async () => {
    const { project } = await midChange(true);
    const merged = copy(`open/${KEY}/DU_1/alarm`, '{}', [
      identifierOf('DU_1/alarm'),
      identifierOf('+/alarm'),
    ]);
    project.subscriptions.isDuplicate(merged, ALARM).should.be.false();
  });

  it('a copy with an identifier that is not ours gets through', async () => {
    const { project } = await midChange(true);
    project.subscriptions.isDuplicate(copy(`open/${KEY}/DU_1/alarm`, '{}', [77]), ALARM).should.be.false();
  });

  it('a message of a filter that has gone in an earlier packet gets through', async () => {
    const [broker, project] = [createBroker(), createProject()];
    const old = Array.from({ length: 600 }, (_, i) => project.want(`DU_${i}`));
    await project.subscriptions.attach(broker.connection, EVERYTHING, undefined);
    for (const one of old) project.router.remove(one);
    project.want('+');
    broker.hesitate();
    void project.subscriptions.reconcile();
    await broker.answer(1);
    await broker.answer(1);
    for (const device of ['DU_0', 'DU_599']) {
      project.hears(broker, { device, channel: 'alarm' }).should.equal(1);
    }
  });

  it('a change during the last step of a change loses nothing', async () => {
    const [broker, project] = [createBroker(), createProject()];
    const data: Topic = { device: 'DU_1', channel: 'data', stream: 's1' };
    const first = project.want('DU_1', 'data', 1, ['s1']);
    await project.subscriptions.attach(broker.connection, EVERYTHING, undefined);
    project.router.remove(first);
    const second = project.want('DU_1', 'data');
    broker.hesitate();
    void project.subscriptions.reconcile();
    await broker.answer(1);
    project.router.remove(second);
    project.want('+', 'data');
    void project.subscriptions.reconcile();
    await broker.answer(1);
    project.hears(broker, data).should.equal(1);
    await broker.answer(1);
    project.hears(broker, data).should.equal(1);
    await broker.answer();
    project.hears(broker, data).should.equal(1);
    [...broker.held.keys()].should.eql([`open/${KEY}/+/data/+`]);
  });

  it('whoever listens before and after hears every message once, whatever changes when', async () => {
    const wish = fc.record({
      device: fc.constantFrom('+', 'DU_1', 'DU_2'),
      streams: fc.constantFrom<string[]>([], ['s1'], ['s2']),
      gone: fc.boolean(),
    });
    const answers = fc.nat(2);
    const data: Topic = { device: 'DU_1', channel: 'data', stream: 's1' };
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(wish, answers), { maxLength: 12 }), async (steps) => {
        const [broker, project] = [createBroker(), createProject()];
        project.want('DU_1', 'data', 1, ['s1']);
        await project.subscriptions.attach(broker.connection, EVERYTHING, undefined);
        broker.hesitate();
        const others: Listener[] = [];
        for (const [{ device, streams, gone }, n] of steps) {
          const last = others.at(-1);
          if (gone && last) project.router.remove(last);
          else others.push(project.want(device, 'data', 1, streams));
          if (gone) others.pop();
          void project.subscriptions.reconcile();
          for (let i = 0; i < n; i += 1) {
            broker.answerOnly();
            project.hears(broker, data).should.equal(1);
            await turn();
            project.hears(broker, data).should.equal(1);
          }
        }
        while (project.subscriptions.settling) await broker.answer();
        project.hears(broker, data).should.equal(1);
        new Set(broker.held.keys()).should.eql(new Set(project.router.filters(new Set()).keys()));
        should(project.subscriptions.held.size).equal(broker.held.size);
      }),
    );
  });
});
