import should from 'should';
import { createDeviceMemory } from '../../../cloud/devices/device-memory';
import { createNodeStates, type NodeStates, type SavedState } from '../../../cloud/devices/node-states';

describe('what nodes remember for each device', () => {
  const create = () => createNodeStates(() => undefined);
  const saved = (states: NodeStates): SavedState[] =>
    [...states.saved(5)].map(({ node, claimed, entries }) => ({ node, claimed, entries: [...entries] }));

  it('is one map for each node, and counts as a change when it is set, deleted or cleared', () => {
    let changes = 0;
    const states = createNodeStates(() => {
      changes += 1;
    });
    const state = states.of('one');
    should(states.of('one')).equal(state);
    should(states.of('two').size).equal(0);
    state.set('DU_1', 1).set('DU_2', 2);
    state.delete('DU_1');
    state.delete('DU_1');
    should([changes, saved(states)]).eql([3, [{ node: 'one', claimed: 5, entries: [['DU_2', 2]] }]]);
    state.clear();
    should([changes, saved(states)]).eql([4, []]);
  });

  it('is forgotten with the device, and with the node', () => {
    const memory = createDeviceMemory(1);
    const [one, two] = [memory.stateOf<number>('one'), memory.stateOf<number>('two')];
    one.set('DU_1', 1);
    two.set('DU_1', 2).set('DU_2', 3);
    for (const device of ['DU_1', 'DU_2'])
      memory.learn({ device, channel: 'alarm' }, { alerting: true }, 1, true);
    should([[...one], [...two]]).eql([[], [['DU_2', 3]]]);
    memory.dropState('two');
    should(memory.stateOf('two').size).equal(0);
  });

  it('has 100,000 devices at most: the first is dropped', () => {
    const state = create().of('one');
    for (let i = 0; i < 100_002; i += 1) state.set(`DU_${i}`, i);
    should([state.size, state.has('DU_1'), state.has('DU_2')]).eql([100_000, false, true]);
  });

  it('stays while its node does not run, until the node asks for it; of 1,000 nodes, those that asked last', () => {
    const states = create();
    const left = Array.from(
      { length: 1_200 },
      (_, i): SavedState => ({ node: `node ${i}`, claimed: i, entries: [['DU_1', i]] }),
    );
    states.restore(left);
    should(saved(states).length).equal(1_000);
    should(saved(states).find(({ node }) => node === 'node 200')).eql(left[200]);
    should([...states.of('node 200')]).eql([['DU_1', 200]]);
    should(states.of('node 199').size).equal(0);
    should(saved(states)[0]).eql({ ...left[200], claimed: 5 });
    states.drop('node 201');
    should(saved(states).some(({ node }) => node === 'node 201')).be.false();
  });

  it('that is enormous does not stay while its node does not run', () => {
    const states = create();
    const entries = Array.from({ length: 150_000 }, (_, i): [string, unknown] => [`DU_${i}`, i]);
    states.restore([
      { node: 'older', claimed: 1, entries },
      { node: 'newer', claimed: 2, entries },
    ]);
    should(saved(states).map(({ node }) => node)).eql(['newer']);
  });
});
