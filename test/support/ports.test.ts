import { once } from 'node:events';
import { createServer } from 'node:net';
import should from 'should';
import { freePort } from './ports';

describe('support: a free port', () => {
  it('is none that the system gives to others meanwhile, and can be listened on', async () => {
    for (let i = 0; i < 50; i += 1) {
      const port = await freePort();
      should(port).be.within(10_000, 32_767);
      const server = createServer().listen(port, '127.0.0.1');
      await once(server, 'listening');
      server.close();
      await once(server, 'close');
    }
  });
});
