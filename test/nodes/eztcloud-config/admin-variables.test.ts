import should from 'should';
import { admin, loadFlow, unload } from '../../support/flows';
import { project, tab } from '../../support/project';
import { type ScriptedBroker, startScriptedBroker } from '../../support/scripted-broker';

const VALUES = { KEY: 'PR_variable', SECRET: 'secret-of-a-variable', GROUP: 'g1', HOST: 'localhost' };
const KEPT = 'what-the-credentials-file-holds';
const OTHER = 'what-another-variable-holds';
const variable = (name: string) => `\${EZT_PROBE_${name}}`;

/** What is tested here never opens the project's own connection: no node uses it. */
describe('test of a connection: variables and stored values', () => {
  let own: ScriptedBroker;
  let thief: ScriptedBroker;
  let deployedEndpoint = '';

  before(async () => {
    own = await startScriptedBroker();
    thief = await startScriptedBroker();
    deployedEndpoint = own.endpoint;
    for (const [name, value] of Object.entries(VALUES)) process.env[`EZT_PROBE_${name}`] = value;
    process.env.EZT_PROBE_ENDPOINT = own.endpoint;
    process.env.EZT_PROBE_CA = own.ca;
    process.env.EZT_PROBE_OTHER = OTHER;
    const config = (id: string, properties: object) => ({
      ...project(own, { protocol: '5' })[1],
      id,
      ...properties,
    });
    await loadFlow(
      [
        ...tab(),
        ...project(own, { protocol: '5', group: variable('GROUP') }),
        config('everything', { endpoint: variable('ENDPOINT') }),
        config('broken', { protocol: 'none' }),
        config('disabled', { d: true }),
        { ...project(own)[0], id: 'named', servername: variable('HOST') },
        { ...project(own)[0], id: 'authority' },
      ],
      {
        credentials: {
          cloud: { projectKey: variable('KEY'), projectSecret: variable('SECRET') },
          everything: { projectKey: variable('KEY'), projectSecret: variable('SECRET') },
          broken: { projectKey: 'PR_broken', projectSecret: KEPT },
          disabled: { projectKey: 'PR_disabled', projectSecret: KEPT },
          tls: { cadata: own.ca },
          named: { cadata: own.ca },
          authority: { cadata: variable('CA') },
        },
      },
    );
  });
  after(async () => {
    for (const name of Object.keys(process.env).filter((each) => each.startsWith('EZT_PROBE_'))) {
      delete process.env[name];
    }
    await unload();
    await Promise.all([own.stop(), thief.stop()]);
  });

  /** The dialog as it is when nothing has been changed in it. */
  const dialog = (changes: object = {}) => ({
    id: 'cloud',
    endpoint: deployedEndpoint,
    tls: 'tls',
    protocol: '5',
    group: variable('GROUP'),
    projectKey: variable('KEY'),
    projectSecret: '__PWRD__',
    ...changes,
  });
  async function test(changes: object) {
    const response = await admin('/eztcloud/test', dialog(changes));
    const text = await response.text();
    for (const value of [OTHER, VALUES.SECRET, KEPT]) should(text).not.containEql(value);
    return JSON.parse(text) as { ok?: boolean; reason?: string; error?: string };
  }
  const lastConnect = () => {
    const connect = own.packets('connect').at(-1);
    return [connect?.username, String(connect?.password)];
  };

  it('what is deployed is tested with what its variables say', async () => {
    for (const changes of [
      {},
      { projectSecret: variable('SECRET') },
      { id: 'everything', endpoint: variable('ENDPOINT'), group: 'g1-typed' },
    ]) {
      should(await test(changes)).have.property('ok', true);
      lastConnect().should.deepEqual([VALUES.KEY, VALUES.SECRET]);
    }
    const filters = own.packets('subscribe').flatMap(({ subscriptions }) => subscriptions);
    filters.every(({ topic }) => topic.startsWith(`$share/${VALUES.GROUP}`)).should.be.true();
  });

  it('a stored secret needs no project that runs: one with another problem, one that is disabled', async () => {
    for (const id of ['broken', 'disabled']) {
      should(await test({ id, group: '', projectKey: `PR_${id}` })).have.property('ok', true);
      lastConnect().should.deepEqual([`PR_${id}`, KEPT]);
    }
  });

  const elsewhere: [what: string, reason: string, changes: object][] = [
    ['the stored secret', 'retypeSecret', { projectKey: 'PR_1', group: '' }],
    ['a key from a variable', 'retypeVariable', { projectSecret: 'typed', group: '' }],
    ['a group from a variable', 'retypeVariable', { projectKey: 'PR_1', projectSecret: 'typed' }],
    [
      'a client id from a variable',
      'retypeVariable',
      { projectKey: 'PR_1', projectSecret: 'typed', group: '', clientId: variable('KEY') },
    ],
    [
      'a server name from a variable',
      'retypeVariable',
      { projectKey: 'PR_1', projectSecret: 'typed', group: '', tls: 'named' },
    ],
    [
      'a server name from a variable, the TLS configuration being changed',
      'retypeVariable',
      {
        projectKey: 'PR_1',
        projectSecret: 'typed',
        group: '',
        tls: 'named',
        tlsConfig: { servername: variable('HOST'), verifyservercert: false },
      },
    ],
    ['a stored key', 'retypeVariable', { projectKey: undefined, projectSecret: 'typed', group: '' }],
  ];
  for (const [what, reason, changes] of elsewhere) {
    it(`${what} goes to the stored access point only`, async () => {
      should(await test({ endpoint: thief.endpoint, ...changes })).have.property('reason', reason);
      thief.sockets.total.should.equal(0);
    });
  }

  it('an authority from a variable is not sent: it verifies any server', async () => {
    const typed = { projectKey: 'PR_1', projectSecret: 'typed', group: '', tls: 'authority' };
    should(await test({ endpoint: own.endpoint.replace('127.0.0.1', 'localhost'), ...typed })).have.property(
      'ok',
      true,
    );
  });

  const another: [option: string, changes: object][] = [
    ['endpoint', { endpoint: variable('OTHER') }],
    ['endpoint', { endpoint: `$(EZT_PROBE_OTHER)` }],
    ['projectKey', { projectKey: variable('OTHER') }],
    ['projectSecret', { projectSecret: variable('OTHER') }],
    ['group', { group: variable('OTHER') }],
    ['keepalive', { keepalive: variable('OTHER') }],
    ['tls', { tls: variable('OTHER') }],
    ['servername', { tls: 'named', tlsConfig: { servername: variable('OTHER') } }],
    ['cadata', { tlsConfig: { credentials: { cadata: variable('OTHER') } } }],
    ['projectKey', { id: 'unsaved', projectSecret: 'typed', group: '' }],
  ];
  for (const [option, changes] of another) {
    it(`${JSON.stringify(changes)}: a variable that is not deployed there asks for a deploy`, async () => {
      const before = own.sockets.total;
      const { reason, error } = await test(changes);
      should(reason).equal('deployFirst');
      should(error).startWith(`${option} `);
      own.sockets.total.should.equal(before);
    });
  }

  for (const [option, changes] of [
    ['projectSecret', { projectSecret: 'é'.repeat(32_768) }],
    ['clientId', { clientId: 'x'.repeat(65_536) }],
    ['clientId', { clientId: 'a\u0000b' }],
  ] as const) {
    it(`${option}: what CONNECT cannot hold is named`, async () => {
      const { reason, error } = await test(changes);
      should(reason).equal('badOption');
      should(error).startWith(`${option} `);
    });
  }
});
