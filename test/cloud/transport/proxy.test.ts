import should from 'should';
import { formatProxy, hostAndPort, parseProxy } from '../../../cloud/transport/proxy';

describe('the URL of a proxy', () => {
  const read = (...given: Parameters<typeof parseProxy>) => parseProxy(...given);

  for (const [text, expected] of [
    ['http://proxy.example:3128', ['http', 'proxy.example', 3128]],
    ['https://proxy.example', ['https', 'proxy.example', 443]],
    ['http://proxy.example/', ['http', 'proxy.example', 80]],
    ['proxy.example:3128', ['http', 'proxy.example', 3128]],
    ['  HTTP://PROXY.example:8080 \n', ['http', 'proxy.example', 8080]],
    ['http://[::1]:3128', ['http', '::1', 3128]],
    ['10.0.0.1:3128', ['http', '10.0.0.1', 3128]],
  ] as const) {
    it(`${JSON.stringify(text)} is read`, () => {
      const proxy = read(text);
      should([proxy?.protocol, proxy?.host, proxy?.port]).deepEqual(expected);
      should([proxy?.username, proxy?.password]).deepEqual(['', '']);
    });
  }

  for (const text of [
    '',
    ' ',
    'socks5://proxy:1080',
    'http://',
    'http://a b',
    'ftp://proxy',
    'http://p:99999',
  ]) {
    it(`${JSON.stringify(text)} is none`, () => should(read(text)).equal(undefined));
  }

  it('may hold credentials, percent-encoded or not', () => {
    should(read('http://us%3Aer:p%40ss@proxy:1')).containEql({ username: 'us:er', password: 'p@ss' });
    should(read('http://user:100%@proxy:1')).containEql({ password: '100%' });
    should(read('http://user@proxy:1')).containEql({ username: 'user', password: '' });
  });

  it('those of the node come first, whole', () => {
    should(read('http://a:b@proxy:1', { username: 'c' })).containEql({ username: 'c', password: '' });
    should(read('http://a:b@proxy:1', { username: '', password: '' })).containEql({ username: 'a' });
  });

  it('is shown without them, IPv6 in brackets', () => {
    const proxy = read('https://user:secret@[2001:db8::1]:8443');
    should(proxy && formatProxy(proxy)).equal('https://[2001:db8::1]:8443');
    hostAndPort('::1', 7885).should.equal('[::1]:7885');
    hostAndPort('iot.example', 7885).should.equal('iot.example:7885');
  });
});
