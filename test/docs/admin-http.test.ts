import { tmpdir } from 'node:os';
import type { NodeAPI } from 'node-red';
import should from 'should';
import { registerAdmin } from '../../nodes/eztcloud-config/admin';
import { codesIn, numbersIn, numbersOf, rows, section, textOf } from './documents';

interface Route {
  method: string;
  path: string;
  permission: string;
  handler(request: object, response: object): void;
}

/** What the palette registers at Node-RED's admin server. */
function registeredRoutes(): Route[] {
  const found: Route[] = [];
  const register = (method: string) => (path: string, permission: string, handler: Route['handler']) =>
    void found.push({ method, path, permission, handler });
  const RED = {
    auth: { needsPermission: (permission: string) => permission },
    httpAdmin: { get: register('GET'), post: register('POST') },
    nodes: { getNode: () => null, eachNode: () => undefined },
    settings: { userDir: tmpdir() },
    events: { on: () => undefined },
  };
  registerAdmin(RED as unknown as NodeAPI);
  return found;
}

const text = () => textOf('docs/admin-http.md');

describe('docs/admin-http.md', () => {
  it('has every route with its permission, and no other', () => {
    const documented = rows(section(text(), /Routes/)).map(([route = '', permission = '']) =>
      [...codesIn(route), ...codesIn(permission)].join(' '),
    );
    const registered = registeredRoutes().map(
      ({ method, path, permission }) => `${method} ${path} ${permission}`,
    );
    should(documented.sort()).deepEqual(registered.sort());
  });

  it('has the bounds of the code', () => {
    const bounds = rows(section(text(), /Bounds/));
    should(bounds.length).be.above(15);
    for (const [what, is = '', where = ''] of bounds) {
      const [name = '', file = ''] = codesIn(where);
      should(numbersIn(is)).deepEqual(numbersOf(file, name), `${what}: ${where}`);
    }
  });

  it('is right that every POST takes JSON only', () => {
    const posts = registeredRoutes().filter(({ method }) => method === 'POST');
    should(posts.length).be.above(3);
    for (const { path, handler } of posts) {
      const answered: number[] = [];
      const response = { sendStatus: (status: number) => answered.push(status) };
      handler({ is: () => false, params: { configId: 'cloud' }, body: {} }, response);
      should(answered).deepEqual([415], path);
    }
  });
});
