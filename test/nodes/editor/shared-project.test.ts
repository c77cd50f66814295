import should from 'should';
import { withoutShared as without } from '../../../nodes/editor/shared-project';
import { example, examples } from '../../support/examples';
import { definition } from './registered';

const flow = example('push-attributes.json').nodes;
const withoutShared = <N extends Record<string, unknown>>(
  nodes: readonly N[],
  has: (id: string) => boolean,
  decided?: Record<string, unknown>,
) =>
  without(nodes, {
    has,
    decided,
    defaults: (type) => (type === 'tls-config' ? TLS : definition('eztcloud-config').defaults),
  });
/** Of Node-RED's TLS configuration, some. */
const TLS = {
  name: { value: '' },
  ca: { value: '' },
  cert: { value: '' },
  verifyservercert: { value: true },
};
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

  const ownValues: [string, number, object][] = [
    ['an access point', 0, { endpoint: 'mqtts://mine' }],
    ['aliases', 0, { aliases: { DU_1: { name: 'Pump', tags: [] } } }],
    ['a persistent session', 0, { session: 'persistent' }],
    ['a proxy', 0, { proxy: 'p' }],
    ['a secret', 0, { credentials: { projectKey: 'k', projectSecret: 's' } }],
    ['a CA', 1, { ca: '/etc/ca.pem' }],
    ['a client certificate', 1, { cert: '/etc/cert.pem' }],
    ['a server that is not verified', 1, { verifyservercert: false }],
  ];
  for (const [what, index, values] of ownValues) {
    it(`stays in a flow that has ${what} of its own in it`, () => {
      const own = flow.map((node) => (node.id === CONFIGS[index] ? { ...node, ...values } : node));
      withoutShared(own, () => true).should.deepEqual(own);
    });
  }

  it('is left out of one whose name or version is another, or which comes without credentials', () => {
    const own = flow.map(({ credentials, ...node }) => ({ ...node, name: 'mine', version: undefined }));
    should(ids(withoutShared(own, () => true))).deepEqual(
      ids(flow).filter((id) => !CONFIGS.includes(String(id))),
    );
  });

  it('stays when its user has decided about it, and only then', () => {
    const decided = { [CONFIGS[0] ?? '']: 'copy', tab: 'replace', [CONFIGS[1] ?? '']: undefined };
    should(ids(withoutShared(flow, () => true, decided))).deepEqual(
      ids(flow).filter((id) => id !== CONFIGS[1]),
    );
  });

  it('takes what is no list of nodes as it is', () => {
    withoutShared([{}, { id: 5 }], () => true).should.deepEqual([{}, { id: 5 }]);
    withoutShared([], () => true).should.deepEqual([]);
  });
});
