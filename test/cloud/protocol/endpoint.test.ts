import fc from 'fast-check';
import should from 'should';
import { formatEndpoint, parseEndpoint } from '../../../cloud/protocol/endpoint';
import { EztError } from '../../../cloud/protocol/errors';

function refusal(text: string): EztError {
  try {
    parseEndpoint(text);
  } catch (error) {
    if (error instanceof EztError) return error;
    throw error;
  }
  throw new Error(`${text} was accepted`);
}

describe('endpoint', () => {
  const accepted: [string, string][] = [
    ['mqtts://host', 'mqtts://host:7885'],
    ['mqtts://host:7885', 'mqtts://host:7885'],
    ['mqtts://host:1', 'mqtts://host:1'],
    ['mqtts://host:65535', 'mqtts://host:65535'],
    ['mqtts://host/', 'mqtts://host:7885'],
    ['host', 'mqtts://host:7885'],
    ['host:8883', 'mqtts://host:8883'],
    ['mqtt:8883', 'mqtts://mqtt:8883'],
    ['10.0.0.1', 'mqtts://10.0.0.1:7885'],
    ['[::1]', 'mqtts://[::1]:7885'],
    ['[2001:DB8::1]:8883', 'mqtts://[2001:db8::1]:8883'],
    ['wss://host', 'wss://host:7886/mqtt'],
    ['wss://host/', 'wss://host:7886/mqtt'],
    ['wss://host:443', 'wss://host:443/mqtt'],
    ['wss://host:7886/mqtt', 'wss://host:7886/mqtt'],
    ['wss://host/other/path', 'wss://host:7886/other/path'],
    ['wss://[::1]/mqtt', 'wss://[::1]:7886/mqtt'],
    ['  mqtts://host:7885\r\n', 'mqtts://host:7885'],
    ['MQTTS://Host.Example', 'mqtts://host.example:7885'],
    ['WSS://HOST/MQTT', 'wss://host:7886/MQTT'],
    ['bücher.example', 'mqtts://xn--bcher-kva.example:7885'],
    ['my_host.local', 'mqtts://my_host.local:7885'],
  ];
  for (const [text, endpoint] of accepted) {
    it(`takes ${JSON.stringify(text)} as ${endpoint}`, () => {
      formatEndpoint(parseEndpoint(text)).should.equal(endpoint);
    });
  }

  it('keeps an IPv6 address without its brackets', () => {
    parseEndpoint('[::1]').should.eql({ protocol: 'mqtts', host: '::1', port: 7885, path: '' });
  });

  const plaintext: [string, string][] = [
    ['mqtt://host:7883', 'mqtts://…:7885'],
    ['tcp://host', 'mqtts://…:7885'],
    ['ws://host:7884/mqtt', 'wss://…:7886'],
    ['http://host', 'wss://…:7886'],
    ['MQTT://host', 'mqtts://…:7885'],
  ];
  for (const [text, advice] of plaintext) {
    it(`refuses ${text} and names ${advice}`, () => {
      const { code, reason, message } = refusal(text);
      code.should.equal('EZT_CONFIG');
      reason.should.equal('plaintext');
      message.should.containEql(advice);
    });
  }

  const refused = [
    'https://host',
    'ssl://host',
    'ftp://host',
    'constructor://host',
    '://host',
    'mqtts://',
    'mqtts:///mqtt',
    'mqtts:host',
    'mqtts//host',
    'mqtts://host/mqtt',
    'host/mqtt',
    'mqtts://host:',
    'mqtts://host:0',
    'mqtts://host:65536',
    'mqtts://host:123456',
    'mqtts://host:-1',
    'mqtts://host:7885x',
    'mqtts://host:１',
    'mqtts://user@host',
    'mqtts://PR_key:secret@host:7885',
    'mqtts://host?x=1',
    'wss://host/mqtt?x=1',
    'wss://host/mqtt#x',
    'wss://host/a b',
    '-host',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: nobody has replaced it
    'mqtts://${HOST}:7885',
    'mqtts://ho st',
    '::1',
    'mqtts://::1:7885',
    '[::1',
    '[::g]',
    '[:::::]',
    'mqtts://[1.2]',
    'wss://a|b',
    'a\0b',
    'a%00b',
    '\u200b',
  ];
  for (const text of refused) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      const { code, reason } = refusal(text);
      code.should.equal('EZT_CONFIG');
      reason.should.equal('badEndpoint');
    });
  }

  it('tells no access point from a bad one', () => {
    for (const text of ['', '  ', '\n']) refusal(text).reason.should.equal('noEndpoint');
  });

  it('never repeats what stands before an @: it may be a secret', () => {
    refusal('mqtt://PR_key:secret@host').message.should.not.containEql('secret');
    refusal('mqtts://PR_key:secret@host').message.should.not.containEql('secret');
  });

  it('is EZT_CONFIG or a form that parses to itself, whatever the text', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc
        .tuple(
          fc.constantFrom('', 'mqtts://', 'wss://', 'x://'),
          fc.string(),
          fc.constantFrom('', ':1', '/p'),
        )
        .map((parts) => parts.join('')),
      fc.webUrl(),
    );
    fc.assert(
      fc.property(text, (pasted) => {
        let endpoint: ReturnType<typeof parseEndpoint>;
        try {
          endpoint = parseEndpoint(pasted);
        } catch (error) {
          should(error).be.instanceOf(EztError).with.property('code', 'EZT_CONFIG');
          return;
        }
        parseEndpoint(formatEndpoint(endpoint)).should.eql(endpoint);
        URL.canParse(formatEndpoint({ ...endpoint, protocol: 'wss' })).should.be.true();
      }),
      { numRuns: 500 },
    );
  });
});
