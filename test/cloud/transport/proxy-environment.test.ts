import { createRequire } from 'node:module';
import fc from 'fast-check';
import should from 'should';
import { parseEndpoint } from '../../../cloud';
import { type Environment, findProxy, type ProxyOptions } from '../../../cloud/transport/proxy-environment';

const MQTTS = 'mqtts://iot.example:7885';
const WSS = 'wss://iot.example:7886';
const url = (endpoint: string, environment: Environment, options?: ProxyOptions) =>
  findProxy(parseEndpoint(endpoint), environment, options)?.url;

/** Core's own, which its mqtt, websocket and http request nodes use. */
const { getProxyForUrl } = createRequire(require.resolve('node-red'))(
  '@node-red/nodes/core/network/lib/proxyHelper',
) as { getProxyForUrl(url: string, options: object): string };

describe('the proxy of the environment', () => {
  it('is that of HTTPS_PROXY, then of ALL_PROXY, in small letters first', () => {
    for (const endpoint of [MQTTS, WSS]) {
      should(url(endpoint, {})).equal(undefined);
      should(url(endpoint, { ALL_PROXY: 'http://c' })).equal('http://c');
      should(url(endpoint, { ALL_PROXY: 'http://c', HTTPS_PROXY: 'http://b' })).equal('http://b');
      should(url(endpoint, { HTTPS_PROXY: 'http://b', https_proxy: 'http://a' })).equal('http://a');
      should(url(endpoint, { HTTP_PROXY: 'http://x', http_proxy: 'http://x' })).equal(undefined);
    }
  });

  it('that of core for wss, wss_proxy, comes first', () => {
    should(url(WSS, { wss_proxy: 'http://w', https_proxy: 'http://a' })).equal('http://w');
    should(url(MQTTS, { wss_proxy: 'http://w' })).equal(undefined);
  });

  it('is told with the name of its variable', () => {
    should(findProxy(parseEndpoint(WSS), { HTTPS_PROXY: 'nonsense://' })).deepEqual({
      url: 'nonsense://',
      variable: 'HTTPS_PROXY',
    });
  });

  for (const [list, exempt] of [
    ['iot.example', true],
    ['IOT.example', true],
    ['other.example, iot.example', true],
    ['other.example iot.example', true],
    ['iot.example:7885', true],
    ['iot.example:443', false],
    ['.example', true],
    ['*.example', true],
    ['*example', true],
    ['example', false],
    ['*', true],
    ['other.example', false],
    ['', false],
  ] as const) {
    it(`NO_PROXY=${list}: ${exempt ? 'direct' : 'proxied'}`, () => {
      for (const name of ['NO_PROXY', 'no_proxy'])
        should(url(MQTTS, { https_proxy: 'http://a', [name]: list })).equal(exempt ? undefined : 'http://a');
    });
  }

  it('NO_PROXY names IPv6 with brackets, as core does, or without', () => {
    for (const list of ['[::1]', '::1', '[::1]:7885'])
      should(url('[::1]:7885', { https_proxy: 'http://a', no_proxy: list })).equal(undefined);
    should(url('[::1]:7885', { https_proxy: 'http://a', no_proxy: '[::1]:1' })).equal('http://a');
  });

  const NAMES = [
    'wss_proxy',
    'WSS_PROXY',
    'all_proxy',
    'ALL_PROXY',
    'npm_config_proxy',
    'npm_config_wss_proxy',
  ];
  const LISTS = [
    '',
    'iot.example',
    '.example',
    '*',
    'iot.example:7886',
    'iot.example:1',
    '*.example,x',
    ' ,',
    'x y',
  ];

  it('is for wss what core finds, whatever the variables and proxyOptions', () => {
    const environment = fc.record(
      {
        ...Object.fromEntries(NAMES.map((name) => [name, fc.constantFrom('http://a:1', 'http://b:2', '')])),
        no_proxy: fc.constantFrom(...LISTS),
        NO_PROXY: fc.constantFrom(...LISTS),
        http_proxy: fc.constant('http://old:1'),
      },
      { requiredKeys: [] },
    );
    const options = fc.record(
      {
        mode: fc.constantFrom('strict', 'legacy'),
        favourUpperCase: fc.boolean(),
        lowerCaseOnly: fc.boolean(),
        excludeNpm: fc.boolean(),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(environment, options, (env, given) => {
        const theirs = getProxyForUrl('wss://iot.example:7886/mqtt', { ...given, env });
        should(url(WSS, env, given) ?? '').equal(theirs);
      }),
    );
  });
});
