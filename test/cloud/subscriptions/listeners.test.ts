import should from 'should';
import { createListeners } from '../../../cloud/subscriptions/listeners';
import { turn } from '../send/settling';
import { createBroker, createProject, EVERYTHING, KEY } from './broker';

describe('listeners', () => {
  async function start() {
    const broker = createBroker();
    const project = createProject();
    let paused = false;
    const listeners = createListeners(project.router, project.subscriptions, () => paused);
    const want = (device: string) => {
      const listener = project.want(device);
      project.router.remove(listener); // `listeners` shall add it
      return listener;
    };
    await listeners.attach(broker.connection, EVERYTHING, undefined);
    return { broker, listeners, want, pause: (now: boolean) => (paused = now) };
  }

  it('what comes and goes in one turn is subscribed to together', async () => {
    const { broker, listeners, want } = await start();
    const [one, two, three] = ['DU_1', 'DU_2', 'DU_3'].map(want);
    for (const each of [one, two, three]) if (each) listeners.add(each);
    if (three) listeners.remove(three);
    should(broker.packets).deepEqual([]);
    await turn();
    should(broker.packets).deepEqual([['+DU_1/alarm 1', '+DU_2/alarm 1']]);
  });

  it('`update` does not wait for the end of the turn, and nothing is sent twice', async () => {
    const { broker, listeners, want } = await start();
    listeners.add(want('DU_1'));
    listeners.update();
    await turn();
    should(broker.packets).deepEqual([['+DU_1/alarm 1']]);
  });

  it('while paused a filter stays for the successor of whoever left, and goes if there is none', async () => {
    const { broker, listeners, want, pause } = await start();
    const [replaced, deleted] = [want('DU_1'), want('DU_2')];
    listeners.add(replaced);
    listeners.add(deleted);
    await turn();
    pause(true);
    listeners.remove(replaced);
    listeners.remove(deleted);
    listeners.add(want('DU_1'));
    listeners.update();
    await turn();
    pause(false);
    listeners.catchUp();
    await turn();
    should(broker.packets.slice(1)).deepEqual([['-DU_2/alarm']]);
  });

  it('names the reason code of a refusal to those whom it keeps from a part of what they want', async () => {
    const { broker, listeners, want } = await start();
    broker.refuses.add('DU_1/alarm');
    const [refused, granted] = [want('DU_1'), want('DU_2')];
    listeners.add(refused);
    listeners.add(granted);
    await turn();
    should([listeners.refusalOf(refused), listeners.refusalOf(granted)]).deepEqual([0x87, undefined]);
    should([...broker.held.keys()]).deepEqual([`open/${KEY}/DU_2/alarm`]);
  });
});
