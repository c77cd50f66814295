import should from 'should';
import { example } from '../support/examples';
import { withChanges } from './expected';

describe('changes of an example for the tests', () => {
  const flow = example('data-stream.json');

  it('are made in the named node only, and not in the example itself', () => {
    const before = JSON.stringify(flow.nodes);
    const changed = withChanges(flow, { 'as hex': { qos: 0 } });
    const differing = changed.filter((node, i) => JSON.stringify(node) !== JSON.stringify(flow.nodes[i]));
    differing.map(({ name, qos }) => [name, qos]).should.deepEqual([['as hex', 0]]);
    JSON.stringify(flow.nodes).should.equal(before);
  });

  it('must be about a node and a property that are there', () => {
    should(() => withChanges(flow, { nobody: { qos: 0 } })).throw(
      'data-stream.json has no node called nobody',
    );
    should(() => withChanges(flow, { 'as hex': { after: 2 } })).throw(
      'data-stream.json: as hex has no property after',
    );
  });
});
