import { createCipheriv, createHash, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import should from 'should';
import { temporaryDirectory } from '../../support/cleanup';
import { type NodeRed, startNodeRed } from '../../support/node-red';

/** As Node-RED writes `flows_cred.json`. */
function encrypted(credentials: object, credentialSecret: string): object {
  const key = createHash('sha256').update(credentialSecret).digest();
  const vector = randomBytes(16);
  const cipher = createCipheriv('aes-256-ctr', key, vector);
  const text = cipher.update(JSON.stringify(credentials), 'utf8', 'base64') + cipher.final('base64');
  return { $: vector.toString('hex') + text };
}

describe('flows from another machine', function () {
  this.timeout(60_000);
  let red: NodeRed | undefined;
  afterEach(() => red?.stop());

  const flows = [
    { id: 'tab', type: 'tab', label: 'Flow' },
    { id: 'project', type: 'eztcloud-config', endpoint: 'mqtts://127.0.0.1:1', session: 'persistent' },
    { id: 'in', type: 'ezt-in', z: 'tab', x: 0, y: 0, cloud: 'project', wires: [] },
  ];
  const credentials = { project: { projectKey: 'PR_1', projectSecret: 'secret' } };
  const status = async ({ request }: NodeRed) =>
    (await (await request('/eztcloud/project/status')).json()) as {
      problem?: { code: string; reason: string };
      clientId: string;
    };

  it('whose credentials cannot be read: that is named, with what to do', async () => {
    const userDir = temporaryDirectory('user');
    writeFileSync(
      join(userDir, 'flows_cred.json'),
      JSON.stringify(encrypted(credentials, 'of the other machine')),
    );
    red = await startNodeRed({ userDir, flows });
    await red.logged(/eztcloud-config.*another credentialSecret/);
    should((await status(red)).problem).have.properties({ code: 'EZT_CONFIG', reason: 'credentialsLost' });
    await red.deploy(
      flows.map((node) => (node.id === 'project' ? { ...node, credentials: credentials.project } : node)),
    );
    should((await status(red)).problem).equal(undefined);
  });

  it('with a credentials file of this machine: all is well', async () => {
    const userDir = temporaryDirectory('user');
    writeFileSync(join(userDir, 'flows_cred.json'), JSON.stringify(encrypted(credentials, 'laboratory')));
    red = await startNodeRed({ userDir, flows });
    should((await status(red)).problem).equal(undefined);
  });

  it('with read-only settings: the client id of a persistent session is the same after each start', async () => {
    const userDir = temporaryDirectory('user');
    const settings = { readOnly: true };
    red = await startNodeRed({ userDir, flows, credentials, settings });
    const { clientId } = await status(red);
    await red.stop();
    red = await startNodeRed({ userDir, flows, credentials, settings });
    should((await status(red)).clientId).equal(clientId);
    await red.stop();
    red = await startNodeRed({ flows, credentials, settings });
    should((await status(red)).clientId).not.equal(clientId);
  });
});
