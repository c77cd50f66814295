import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { event, until } from './events';
import { startProxy, type TcpProxy } from './proxy';

describe('support: proxy', () => {
  let server: Server;
  let proxy: TcpProxy;
  let upstream: Socket;
  let client: Socket;
  let echoed: string;

  beforeEach(async () => {
    server = createServer((socket) => {
      upstream = socket.on('error', () => socket.destroy());
      socket.pipe(socket);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    proxy = await startProxy({ port: (server.address() as AddressInfo).port });
    client = connect(proxy.port, '127.0.0.1').on('error', () => client.destroy());
    echoed = '';
    client.on('data', (data) => {
      echoed += data;
    });
    client.write('one ');
    await until(() => echoed === 'one ', 5000, 'the echo');
  });
  afterEach(async () => {
    client.destroy();
    await proxy.stop();
    server.close();
  });

  it('forwards and counts', () => {
    proxy.should.containEql({ total: 1, open: 1, sent: 4, received: 4 });
  });

  it('swallows everything in a blackhole while the sockets stay open, and goes on afterwards', async () => {
    proxy.blackhole(true);
    const written = new Promise<void>((resolve) => client.write('two ', () => resolve()));
    await written;
    const other = connect(proxy.port, '127.0.0.1');
    await event(other, 'connect', 5000);
    echoed.should.equal('one ');
    client.destroyed.should.be.false();
    upstream.destroyed.should.be.false();
    proxy.sent.should.equal(4);
    proxy.blackhole(false);
    await until(() => echoed === 'one two ', 5000, 'the rest of the echo');
    other.destroy();
  });

  it('cuts every connection on both sides', async () => {
    proxy.cut();
    await until(() => client.destroyed && upstream.destroyed, 5000, 'both sides to notice');
    await until(() => proxy.open === 0, 5000, 'the proxy to forget the connection');
  });

  it('refuses new connections and takes them again', async () => {
    await proxy.refuse(true);
    const refused = connect(proxy.port, '127.0.0.1');
    const [error] = await event(refused, 'error', 5000);
    String(error).should.containEql('ECONNREFUSED');
    await proxy.refuse(false);
    const taken = connect(proxy.port, '127.0.0.1');
    await event(taken, 'connect', 5000);
    taken.destroy();
    client.destroyed.should.be.false();
  });

  it('is slow, and passes everything in order', async () => {
    proxy.slow(100_000);
    const text = 'x'.repeat(10_000).concat('y'.repeat(10_000));
    client.write(text);
    await until(() => echoed === `one ${text}`, 10_000, 'the slow echo');
  });

  it('ends one side when the other one ends', async () => {
    upstream.end();
    await until(() => client.readableEnded, 5000, 'the end');
  });
});
