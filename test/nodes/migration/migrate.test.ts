import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NodeAPI } from 'node-red';
import should from 'should';
import { deployedNode } from '../../../nodes/eztcloud-config/deployed';
import { currentVersion, isOurs, migrate, savedVersion } from '../../../nodes/migration/migrate';
import { MIGRATION_STEPS, type MigrationStep } from '../../../nodes/migration/steps';
import { definitionOf } from '../../../nodes/shared/flow-nodes';
import { list, type Raw } from '../../../nodes/shared/raw-settings';
import { CHECKOUT } from '../../support/packed';

const types = Object.keys(MIGRATION_STEPS);

/** While `run` runs, nodes of `type` have these steps instead. */
function withSteps(type: string, steps: readonly MigrationStep[], run: () => void): void {
  const table = MIGRATION_STEPS as Record<string, readonly MigrationStep[]>;
  const own = table[type] ?? [];
  table[type] = steps;
  try {
    run();
  } finally {
    table[type] = own;
  }
}

describe('migration of saved nodes', () => {
  it('has a row for each node type, and no other', () => {
    const forms = readdirSync(join(CHECKOUT, 'nodes')).filter((folder) => /^ezt[a-z-]*$/.test(folder));
    types.sort().should.deepEqual(forms.sort());
    types.every(isOurs).should.be.true();
    isOurs('inject').should.be.false();
    isOurs('toString').should.be.false();
  });

  for (const type of types) {
    it(`new nodes of ${type} are of its current version`, () => {
      const source = readFileSync(join(CHECKOUT, `nodes/${type}/editor.ts`), 'utf8');
      should(/version: \{ value: (\d+) \}/.exec(source)?.[1]).equal(String(currentVersion(type)));
    });
  }

  it('takes a node without a version, or with a broken one, for version 1', () => {
    for (const version of [
      undefined,
      null,
      '',
      0,
      -2,
      1.5,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      'two',
      {},
      [3],
      { toString: null, valueOf: null },
    ])
      savedVersion({ version }).should.equal(1);
    savedVersion({ version: '3' }).should.equal(3);
  });

  it('leaves nodes of the current and of a later version as they are', () => {
    for (const version of [1, 99, 1e300]) {
      const node = { version, device: 'DU_1' };
      migrate('ezt-attr-out', node).should.equal(node);
    }
    const foreign = { a: 1 };
    migrate('inject', foreign).should.equal(foreign);
  });

  it('takes each step from the saved version on, in order, and changes nothing of what it was given', () => {
    const steps: MigrationStep[] = [
      ({ target, ...rest }) => ({ ...rest, device: target }),
      ({ device, ...rest }) => ({ ...rest, device: `${device}!` }),
    ];
    withSteps('ezt-attr-out', steps, () => {
      const first = Object.freeze({ target: 'DU_1', qos: 1 });
      migrate<Record<string, unknown>>('ezt-attr-out', first).should.deepEqual({
        device: 'DU_1!',
        qos: 1,
        version: 3,
      });
      const second = Object.freeze({ device: 'DU_1', version: 2 });
      migrate('ezt-attr-out', second).should.deepEqual({ device: 'DU_1!', version: 3 });
      const third = { device: 'DU_1', version: 3 };
      migrate('ezt-attr-out', third).should.equal(third);
    });
  });

  it('is done where the runtime looks into the flow file, too', () => {
    const project = Object.freeze({ id: 'p', type: 'eztcloud-config', server: 'mqtts://here' });
    const receiver = Object.freeze({ id: 'i', type: 'ezt-in', commands: ['a, b'] });
    const RED = {
      nodes: {
        eachNode: (look: (node: object) => void) => [project, receiver].forEach(look),
        getCredentials: () => undefined,
        getNode: () => null,
      },
    } as unknown as NodeAPI;
    const rename: MigrationStep = ({ server, ...rest }) => ({ ...rest, endpoint: server });
    withSteps('eztcloud-config', [rename], () => {
      should(definitionOf(RED, 'p')?.endpoint).equal('mqtts://here');
      should(deployedNode(RED, 'p', 'eztcloud-config')?.properties.endpoint).equal('mqtts://here');
    });
    withSteps('ezt-in', [({ commands, ...rest }) => ({ ...rest, methods: commands })], () => {
      // What a person wrote with a comma is one item: only a variable may hold several.
      list(RED, { id: 'i', methods: ['a, b'] } as unknown as Raw, 'methods').should.deepEqual(['a, b']);
    });
  });
});
