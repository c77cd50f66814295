import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import should from 'should';
import { type Authority, createAuthority } from '../../../emulator/certificates';
import { temporaryDirectory } from '../../support/cleanup';
import { admin, loadFlow, unload } from '../../support/flows';
import { project, tab } from '../../support/project';
import { type ScriptedBroker, startScriptedBroker } from '../../support/scripted-broker';

interface Answer {
  ok?: boolean;
  reason?: string;
  steps?: { step: string; reason?: string; detail: string }[];
}

/** What the editor sends of a TLS configuration besides its credentials. */
const PROPERTIES = {
  name: '',
  cert: '',
  key: '',
  ca: '',
  servername: '',
  verifyservercert: true,
  alpnprotocol: '',
};

describe('test of a connection: a TLS configuration that is new or changed', () => {
  let broker: ScriptedBroker;
  let authority: Authority;
  let caFile = '';
  before(async () => {
    authority = await createAuthority('both');
    broker = await startScriptedBroker({
      authority,
      certificate: { names: ['elsewhere.example'] },
      tls: { requestCert: true, rejectUnauthorized: false, ca: authority.ca },
    });
    caFile = join(temporaryDirectory('ca'), 'ca.pem');
    await writeFile(caFile, authority.ca);
    await loadFlow(
      [
        ...tab(),
        ...project(broker),
        { type: 'tls-config', id: 'files', ...PROPERTIES, ca: caFile, servername: 'elsewhere.example' },
      ],
      {
        credentials: {
          cloud: { projectKey: 'PR_1', projectSecret: 'secret' },
          tls: { cadata: authority.ca },
        },
      },
    );
  });
  after(async () => {
    await unload();
    await broker.stop();
  });

  async function test(tls: string, tlsConfig?: object): Promise<Answer> {
    const dialog = { id: 'cloud', endpoint: broker.endpoint, projectKey: 'PR_1', tls, tlsConfig };
    return (await (await admin('/eztcloud/test', dialog)).json()) as Answer;
  }
  const failed = ({ steps = [] }: Answer) => [steps.at(-1)?.step, steps.at(-1)?.reason];

  it('as deployed: the server has another name', async () => {
    failed(await test('tls')).should.deepEqual(['tls', 'hostname']);
  });

  it('a changed one: its server name, with the authority that is stored', async () => {
    const changed = { ...PROPERTIES, servername: 'elsewhere.example' };
    for (const credentials of [undefined, {}, { cadata: undefined }, { cadata: authority.ca }]) {
      should(await test('tls', { ...changed, credentials })).have.property('ok', true);
    }
    // An authority that was taken away is not the stored one.
    const { ok } = await test('tls', { ...changed, credentials: { cadata: '' } });
    should(ok).be.false();
  });

  it('a new one, all of it from the dialog, verification off too', async () => {
    const credentials = { certdata: '', keydata: '', cadata: authority.ca, passphrase: '' };
    const fresh = { ...PROPERTIES, servername: 'elsewhere.example', credentials };
    should(await test('fresh', fresh)).have.property('ok', true);
    should(await test('fresh', { ...PROPERTIES, verifyservercert: false })).have.property('ok', true);
    failed(await test('fresh', PROPERTIES)).should.deepEqual(['tls', 'untrusted']);
    should((await test('fresh')).reason).equal('tlsNode');
  });

  it('a client certificate from the dialog is shown to the server; one without its key is refused', async () => {
    const { cert, key } = await authority.issue({ client: true, names: ['gateway'] });
    const changed = { ...PROPERTIES, servername: 'elsewhere.example' };
    const credentials = { certdata: cert, keydata: key };
    should(await test('tls', { ...changed, credentials })).have.property('ok', true);
    should((await test('tls', { ...changed, credentials: { certdata: cert } })).reason).equal('tlsNode');
  });

  it('files are read as deployed only, never for whoever names one', async () => {
    const deployed = { ...PROPERTIES, ca: caFile, servername: 'elsewhere.example' };
    should(await test('files', deployed)).have.property('ok', true);
    failed(await test('files', { ...deployed, servername: '' })).should.deepEqual(['tls', 'hostname']);
    for (const [id, ca] of [
      ['files', '/etc/passwd'],
      ['files', `${caFile} `],
      ['tls', caFile],
      ['fresh', caFile],
    ] as const) {
      should((await test(id, { ...deployed, ca })).reason).equal('deployFiles');
    }
  });
});
