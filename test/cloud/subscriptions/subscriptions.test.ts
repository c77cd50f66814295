import should from 'should';
import { createBroker, createProject, EVERYTHING, KEY } from './broker';

const names = (filters: Iterable<string>) => [...filters].map((filter) => filter.replace(`open/${KEY}/`, ''));

describe('subscriptions', () => {
  it('sends the difference only', async () => {
    const [broker, project] = [createBroker(), createProject()];
    const alarms = project.want('DU_1');
    await project.subscriptions.attach(broker.connection, EVERYTHING, undefined);
    project.want('DU_1');
    await project.subscriptions.reconcile();
    project.want('DU_2');
    await project.subscriptions.reconcile();
    project.router.remove(alarms);
    await project.subscriptions.reconcile();
    broker.packets.should.eql([['+DU_1/alarm 1'], ['+DU_2/alarm 1']]);
  });

  it('sends nothing where nothing is wanted or has changed', async () => {
    const [broker, project] = [createBroker(), createProject()];
    await project.subscriptions.attach(broker.connection, EVERYTHING, undefined);
    await project.subscriptions.reconcile();
    broker.packets.should.be.empty();
  });

  it('subscribes what is new before it unsubscribes what is old', async () => {
    const [broker, project] = [createBroker(), createProject()];
    const old = project.want('DU_1');
    await project.subscriptions.attach(broker.connection, EVERYTHING, undefined);
    project.router.remove(old);
    project.want('+');
    await project.subscriptions.reconcile();
    broker.packets.should.eql([['+DU_1/alarm 1'], ['++/alarm 1'], ['-DU_1/alarm']]);
    names(project.subscriptions.held.keys()).should.eql(['+/alarm']);
  });

  it('puts many filters into few packets, each with one identifier', async () => {
    const [broker, project] = [createBroker(), createProject()];
    const listeners = Array.from({ length: 1200 }, (_, i) => project.want(`DU_${i}`));
    project.want('+', 'online');
    await project.subscriptions.attach(broker.connection, EVERYTHING, undefined);
    broker.packets.map((packet) => packet.length).should.eql([500, 500, 200, 1]);
    new Set(broker.held.values()).size.should.equal(2);
    for (const listener of listeners) project.router.remove(listener);
    await project.subscriptions.reconcile();
    broker.packets
      .slice(4)
      .map((packet) => packet.length)
      .should.eql([500, 500, 200]);
    names(project.subscriptions.held.keys()).should.eql(['+/online']);
  });

  it('sends no identifiers to a broker that knows none', async () => {
    const [broker, project] = [createBroker(), createProject()];
    project.want('DU_1');
    project.want('+', 'online');
    await project.subscriptions.attach(
      broker.connection,
      { ...EVERYTHING, subscriptionIdentifiers: false },
      undefined,
    );
    broker.packets.should.eql([['+DU_1/alarm 1', '++/online 1']]);
    [...broker.held.values()].should.eql([undefined, undefined]);
  });

  describe('a refused filter', () => {
    it('leaves its neighbours in the packet alone', async () => {
      const [broker, project] = [createBroker({ refuses: new Set(['DU_2/alarm']) }), createProject()];
      for (const device of ['DU_1', 'DU_2', 'DU_3']) project.want(device);
      await project.subscriptions.attach(broker.connection, EVERYTHING, undefined);
      names(project.subscriptions.held.keys()).should.eql(['DU_1/alarm', 'DU_3/alarm']);
      [...project.subscriptions.refused].should.eql([[`open/${KEY}/DU_2/alarm`, 0x87]]);
      broker.packets.length.should.equal(1);
      should(project.changes()).be.aboveOrEqual(1);
    });

    it('of every device makes room for those of single devices', async () => {
      const [broker, project] = [createBroker({ refuses: new Set(['+/alarm']) }), createProject()];
      for (const device of ['+', 'DU_1', 'DU_2']) project.want(device);
      await project.subscriptions.attach(broker.connection, EVERYTHING, undefined);
      broker.packets.should.eql([['++/alarm 1'], ['+DU_1/alarm 1', '+DU_2/alarm 1']]);
      await project.subscriptions.reconcile();
      broker.packets.length.should.equal(2);
    });

    it('leaves what it should have replaced in place', async () => {
      const [broker, project] = [createBroker({ refuses: new Set(['+/alarm']) }), createProject()];
      project.want('DU_1');
      await project.subscriptions.attach(broker.connection, EVERYTHING, undefined);
      project.want('+');
      await project.subscriptions.reconcile();
      broker.packets.should.eql([['+DU_1/alarm 1'], ['++/alarm 1']]);
      project.hears(broker, { device: 'DU_1', channel: 'alarm' }).should.equal(1);
    });

    it('is asked for again when told to, and then takes its place', async () => {
      const [broker, project] = [createBroker({ refuses: new Set(['+/alarm']) }), createProject()];
      for (const device of ['+', 'DU_1']) project.want(device);
      await project.subscriptions.attach(broker.connection, EVERYTHING, undefined);
      await project.subscriptions.retryRefused();
      names(project.subscriptions.refused.keys()).should.eql(['+/alarm']);
      names(project.subscriptions.held.keys()).should.eql(['DU_1/alarm']);
      broker.refuses.clear();
      await project.subscriptions.retryRefused();
      project.subscriptions.refused.size.should.equal(0);
      names(project.subscriptions.held.keys()).should.eql(['+/alarm']);
      broker.packets.at(-1)?.should.eql(['-DU_1/alarm']);
    });
  });

  describe('QoS', () => {
    it('is raised by asking again, and never lowered', async () => {
      const [broker, project] = [createBroker(), createProject()];
      project.want('DU_1', 'alarm', 0);
      await project.subscriptions.attach(broker.connection, EVERYTHING, undefined);
      const high = project.want('DU_1', 'alarm', 2);
      await project.subscriptions.reconcile();
      project.router.remove(high);
      await project.subscriptions.reconcile();
      broker.packets.should.eql([['+DU_1/alarm 0'], ['+DU_1/alarm 2']]);
    });

    it('granted lower than asked is kept, shown and not asked for again', async () => {
      const [broker, project] = [createBroker({ grants: 0 }), createProject()];
      project.want('DU_1', 'alarm', 2);
      await project.subscriptions.attach(broker.connection, EVERYTHING, undefined);
      await project.subscriptions.reconcile();
      [...project.subscriptions.held].should.eql([[`open/${KEY}/DU_1/alarm`, 0]]);
      broker.packets.length.should.equal(1);
    });
  });

  describe('on a new connection', () => {
    it('are all sent again', async () => {
      const [first, second, project] = [createBroker(), createBroker(), createProject()];
      project.want('DU_1');
      await project.subscriptions.attach(first.connection, EVERYTHING, undefined);
      project.subscriptions.detach();
      project.want('DU_2');
      await project.subscriptions.reconcile();
      await project.subscriptions.attach(second.connection, EVERYTHING, undefined);
      first.packets.length.should.equal(1);
      second.packets.should.eql([['+DU_1/alarm 1', '+DU_2/alarm 1']]);
    });

    it('clear away what the session held and nobody wants any more', async () => {
      const [broker, project] = [createBroker(), createProject()];
      project.want('DU_1');
      const present = ['DU_1', 'DU_9'].map((device) => `open/${KEY}/${device}/alarm`);
      await project.subscriptions.attach(broker.connection, EVERYTHING, present);
      broker.packets.should.eql([['+DU_1/alarm 1'], ['-DU_9/alarm']]);
      names(project.subscriptions.held.keys()).should.eql(['DU_1/alarm']);
    });

    it('ask again for what the last one refused', async () => {
      const [first, second] = [createBroker({ refuses: new Set(['+/alarm']) }), createBroker()];
      const project = createProject();
      project.want('+');
      await project.subscriptions.attach(first.connection, EVERYTHING, undefined);
      project.subscriptions.detach();
      await project.subscriptions.attach(second.connection, EVERYTHING, undefined);
      project.subscriptions.refused.size.should.equal(0);
      names(project.subscriptions.held.keys()).should.eql(['+/alarm']);
    });

    it('come up though the last one ended in the middle, and never answered or answers late', async () => {
      const [first, second, project] = [createBroker(), createBroker(), createProject()];
      project.want('DU_1');
      first.hesitate();
      void project.subscriptions.attach(first.connection, EVERYTHING, undefined);
      project.subscriptions.detach();
      should(project.subscriptions.settling).be.undefined();
      await project.subscriptions.attach(second.connection, EVERYTHING, undefined);
      second.packets.should.eql([['+DU_1/alarm 1']]);
      first.refuses.add('DU_1/alarm');
      await first.answer();
      project.subscriptions.refused.size.should.equal(0);
      names(project.subscriptions.held.keys()).should.eql(['DU_1/alarm']);
    });

    it('come up when it follows at once upon a change made offline', async () => {
      const [broker, project] = [createBroker(), createProject()];
      project.want('DU_1');
      void project.subscriptions.reconcile();
      await project.subscriptions.attach(broker.connection, EVERYTHING, undefined);
      broker.packets.should.eql([['+DU_1/alarm 1']]);
    });

    it('count as refused where the broker’s answer makes no sense', async () => {
      const [broker, project] = [createBroker(), createProject()];
      project.want('DU_1');
      const senseless = { ...broker.connection, subscribe: () => Promise.reject(new Error('no sense')) };
      await project.subscriptions.attach(senseless, EVERYTHING, []);
      [...project.subscriptions.refused.values()].should.eql([0x80]);
    });
  });
});
