import should from 'should';
import { withoutShared } from '../../../nodes/editor/shared-project';
import { example, examples } from '../../support/examples';

const flow = example('push-attributes.json').nodes;
const ids = (nodes: readonly { id?: unknown }[]) => nodes.map(({ id }) => id);
const CONFIGS = ['e27c10d000000001', 'e27c10d000000002'];

describe('the project that examples share', () => {
  it('comes with the first one', () => {
    withoutShared(flow, () => false).should.deepEqual(flow);
  });

  it('is left out of the next one, with its TLS configuration, and nothing else is', () => {
    for (const { file, nodes } of examples) {
      const rest = withoutShared(nodes, (id) => id === CONFIGS[0]);
      should(ids(rest)).deepEqual(
        ids(nodes).filter((id) => !CONFIGS.includes(String(id))),
        file,
      );
    }
  });

  it('leaves a tab that is there to Node-RED, which asks', () => {
    const rest = withoutShared(flow, () => true);
    should(ids(rest)).deepEqual(ids(flow).filter((id) => !CONFIGS.includes(String(id))));
  });

  it('stays in a flow that has values of its own in it', () => {
    const own = flow.map((node) => (node.id === CONFIGS[0] ? { ...node, endpoint: 'mqtts://mine' } : node));
    withoutShared(own, () => true).should.deepEqual(own);
  });

  it('takes what is no list of nodes as it is', () => {
    withoutShared([{}, { id: 5 }], () => true).should.deepEqual([{}, { id: 5 }]);
    withoutShared([], () => true).should.deepEqual([]);
  });
});
