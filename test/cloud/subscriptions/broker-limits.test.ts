import { generate } from 'mqtt-packet';
import should from 'should';
import type { Connection } from '../../../cloud/transport/connection';
import { turn } from '../send/settling';
import { createBroker, createProject, EVERYTHING, KEY } from './broker';

const full = (name: string) => `open/${KEY}/${name}`;
const names = (filters: Iterable<string>) => [...filters].map((filter) => filter.replace(`open/${KEY}/`, ''));

describe('subscriptions: what a broker does not take', () => {
  describe('what the broker does not unsubscribe', () => {
    it('is still held, is tried again, and then is gone', async () => {
      const [broker, project] = [createBroker({ keeps: new Set(['DU_1/alarm']) }), createProject()];
      const listeners = ['DU_1', 'DU_2'].map((device) => project.want(device));
      await project.subscriptions.attach(broker.connection, EVERYTHING, undefined);
      for (const listener of listeners) project.router.remove(listener);
      await project.subscriptions.reconcile();
      names(project.subscriptions.held.keys()).should.eql(['DU_1/alarm']);
      await project.subscriptions.retryRefused();
      broker.keeps.clear();
      await project.subscriptions.retryRefused();
      await project.subscriptions.retryRefused();
      project.subscriptions.held.size.should.equal(0);
      broker.packets.slice(1).should.eql([['-DU_1/alarm', '-DU_2/alarm'], ['-DU_1/alarm'], ['-DU_1/alarm']]);
    });

    it('does not double messages meanwhile', async () => {
      const [broker, project] = [createBroker({ keeps: new Set(['DU_1/alarm']) }), createProject()];
      project.want('DU_1');
      await project.subscriptions.attach(broker.connection, EVERYTHING, undefined);
      project.want('+');
      await project.subscriptions.reconcile();
      names(broker.held.keys()).should.eql(['DU_1/alarm', '+/alarm']);
      project.hears(broker, { device: 'DU_1', channel: 'alarm' }).should.equal(1);
    });

    it('is gone where the broker says that it was not there (0x11)', async () => {
      const [broker, project] = [createBroker(), createProject()];
      await project.subscriptions.attach(broker.connection, EVERYTHING, [`open/${KEY}/DU_9/alarm`]);
      project.subscriptions.held.size.should.equal(0);
      broker.packets.should.eql([['-DU_9/alarm']]);
    });
  });

  describe('what the broker has announced that it does not take', () => {
    it('is refused without being asked for: wildcards; single devices still get theirs', async () => {
      const [broker, project] = [createBroker(), createProject()];
      for (const device of ['+', 'DU_1']) project.want(device);
      await project.subscriptions.attach(
        broker.connection,
        { ...EVERYTHING, wildcardSubscriptions: false },
        undefined,
      );
      broker.packets.should.eql([['+DU_1/alarm 1']]);
      [...project.subscriptions.refused].should.eql([[`open/${KEY}/+/alarm`, 0xa2]]);
      await project.subscriptions.retryRefused();
      broker.packets.length.should.equal(1);
    });

    it('is refused without being asked for: shared subscriptions', async () => {
      const [broker, project] = [createBroker(), createProject('group')];
      project.want('DU_1');
      await project.subscriptions.attach(
        broker.connection,
        { ...EVERYTHING, sharedSubscriptions: false },
        undefined,
      );
      broker.packets.should.be.empty();
      [...project.subscriptions.refused].should.eql([[`$share/group/open/${KEY}/DU_1/alarm`, 0x9e]]);
    });

    it('is refused without being asked for: packets as large as one filter needs', async () => {
      const [broker, project] = [createBroker(), createProject()];
      project.want('DU_1');
      project.want('DU_'.padEnd(100, 'x'));
      await project.subscriptions.attach(
        broker.connection,
        { ...EVERYTHING, maximumPacketSize: 100 },
        undefined,
      );
      broker.packets.should.eql([['+DU_1/alarm 1']]);
      [...project.subscriptions.refused.values()].should.eql([0x95]);
    });

    it('is had again on a connection where the broker takes it', async () => {
      const [first, second, project] = [createBroker(), createBroker(), createProject()];
      project.want('+');
      await project.subscriptions.attach(
        first.connection,
        { ...EVERYTHING, wildcardSubscriptions: false },
        undefined,
      );
      project.subscriptions.detach();
      await project.subscriptions.attach(second.connection, EVERYTHING, undefined);
      project.subscriptions.refused.size.should.equal(0);
      names(project.subscriptions.held.keys()).should.eql(['+/alarm']);
    });
  });

  it('fill no packet beyond what the broker takes, in either direction', async () => {
    const [broker, project] = [createBroker(), createProject()];
    const listeners = Array.from({ length: 40 }, (_, i) => project.want(`DU_${i}`));
    const small = { ...EVERYTHING, maximumPacketSize: 200 };
    await project.subscriptions.attach(broker.connection, small, undefined);
    for (const listener of listeners) project.router.remove(listener);
    await project.subscriptions.reconcile();
    const sizes = broker.packets.map(
      (packet) =>
        generate(
          packet[0]?.startsWith('+')
            ? {
                cmd: 'subscribe',
                messageId: 1,
                subscriptions: packet.map((asked) => ({ topic: full(asked.slice(1, -2)), qos: 1 })),
                properties: { subscriptionIdentifier: 16 },
              }
            : {
                cmd: 'unsubscribe',
                messageId: 1,
                unsubscriptions: packet.map((left) => full(left.slice(1))),
              },
          { protocolVersion: 5 },
        ).length,
    );
    Math.max(...sizes).should.be.within(170, 200);
    broker.held.size.should.equal(0);
    broker.packets.flat().length.should.equal(80);
  });

  describe('a filter on which the broker hangs up', () => {
    /** Asks on a new connection; the broker hangs up at `deadly`, and answers what came before it. */
    async function live(project: ReturnType<typeof createProject>, deadly: string) {
      const broker = createBroker();
      const dying = { dead: false };
      const never = new Promise<never>(() => undefined);
      const connection: Connection = {
        ...broker.connection,
        subscribe(filters, ...rest) {
          if (dying.dead || filters.some(([filter]) => filter.endsWith(deadly))) {
            dying.dead = true;
            return never;
          }
          return broker.connection.subscribe(filters, ...rest);
        },
      };
      const up = project.subscriptions.attach(connection, EVERYTHING, undefined);
      const came = await Promise.race([up.then(() => true), turn().then(() => false)]);
      return { broker, came, suspected: came ? false : project.subscriptions.detach(true) };
    }

    it('is found, and refused for a while; the others are had', async () => {
      const project = createProject();
      for (const device of ['DU_1', 'DU_2', 'DU_3']) project.want(device);
      for (let death = 1; death <= 4; death += 1) {
        const { came, suspected } = await live(project, 'DU_2/alarm');
        should([came, suspected]).deepEqual([false, true]);
      }
      const { came, broker } = await live(project, 'DU_2/alarm');
      should(came).be.true();
      names(broker.held.keys()).should.eql(['DU_1/alarm', 'DU_3/alarm']);
      [...project.subscriptions.refused].should.eql([[`open/${KEY}/DU_2/alarm`, 0x87]]);
      await project.subscriptions.retryRefused();
      names(broker.held.keys()).should.eql(['DU_1/alarm', 'DU_3/alarm']);
    });

    it('is asked for like the others again when the broker answers for it once', async () => {
      const project = createProject();
      for (const device of ['DU_1', 'DU_2']) project.want(device);
      for (let death = 1; death <= 3; death += 1) await live(project, 'DU_2/alarm');
      should((await live(project, 'nothing')).came).be.true();
      project.subscriptions.detach(true).should.be.false();
      const { broker, came } = await live(project, 'nothing');
      should(came).be.true();
      broker.packets.should.eql([['+DU_1/alarm 1', '+DU_2/alarm 1']]);
    });
  });
});
