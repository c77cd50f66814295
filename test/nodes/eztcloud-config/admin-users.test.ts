import should from 'should';
import { type NodeRed, startNodeRed } from '../../support/node-red';
import { project } from '../../support/project';

/** bcrypt of the word `lab`. */
const HASH = '$2b$08$3vKfIqn4H/aEtlbIMdICY.yXZcs.39t8uCCqnKuTIekSDVDZG4k5m';
const USERS = {
  boss: '*',
  reader: ['eztcloud-config.read'],
  writer: ['eztcloud-config.write'],
  nobody: ['flows.read'],
} as const;
type User = keyof typeof USERS;

describe('admin routes of a Node-RED with users', function () {
  this.timeout(90_000);
  let red: NodeRed;

  before(async () => {
    const users = Object.entries(USERS).map(([username, permissions]) => ({
      username,
      password: HASH,
      permissions,
    }));
    red = await startNodeRed({
      flows: project({ endpoint: 'mqtts://127.0.0.1:1' }),
      credentials: { cloud: { projectKey: 'PR_1', projectSecret: 'secret' } },
      settings: { adminAuth: { type: 'credentials', users } },
    });
  });
  after(() => red?.stop('SIGKILL'));

  const headers = { 'content-type': 'application/json' };

  async function tokenOf(username: User): Promise<string> {
    const body = JSON.stringify({
      client_id: 'node-red-admin',
      grant_type: 'password',
      scope: '',
      username,
      password: 'lab',
    });
    const response = await red.request('/auth/token', { method: 'POST', headers, body });
    const { access_token: token } = (await response.json()) as { access_token: string };
    return token;
  }

  const ROUTES: [route: string, init: RequestInit, who: User[]][] = [
    ['/eztcloud/cloud/devices', {}, ['boss', 'reader']],
    ['/eztcloud/cloud/memory', {}, ['boss', 'reader']],
    ['/eztcloud/cloud/status', {}, ['boss', 'reader']],
    ['/eztcloud/cloud/recent', {}, ['boss', 'reader']],
    ['/eztcloud/cloud/preview', { method: 'POST', body: '{"type":"ezt-in"}' }, ['boss', 'reader']],
    ['/eztcloud/cloud/try', { method: 'POST', body: '{"type":"ezt-attr-out"}' }, ['boss', 'writer']],
    ['/eztcloud/emulator', {}, ['boss', 'reader']],
    ['/eztcloud/emulator/start', { method: 'POST', body: '{"projectSecret":""}' }, ['boss', 'writer']],
    ['/eztcloud/emulator/stop', { method: 'POST', body: '{}' }, ['boss', 'writer']],
    ['/eztcloud/cloud/list', {}, ['boss', 'reader']],
    ['/eztcloud/projects', {}, ['boss', 'reader']],
    ['/eztcloud/cloud/picker', {}, ['boss', 'reader']],
    ['/eztcloud/cloud/listen', { method: 'POST', body: '{"asker":"a","stop":true}' }, ['boss', 'writer']],
    ['/eztcloud/test', { method: 'POST', body: '{"id":"cloud"}' }, ['boss', 'writer']],
  ];
  for (const [route, init, allowed] of ROUTES) {
    it(`${route}: 401 without a token and for whoever lacks the permission`, async () => {
      should((await red.request(route, { ...init, headers })).status).equal(401);
      for (const user of ['boss', 'reader', 'writer', 'nobody'] as const) {
        const authorization = `Bearer ${await tokenOf(user)}`;
        const { status } = await red.request(route, { ...init, headers: { ...headers, authorization } });
        should(status === 401).equal(!allowed.includes(user), `${user}: ${status}`);
      }
    });
  }
});
