import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import should from 'should';
import { sentences } from '../../cloud/protocol/errors';
import { CHANNELS } from '../../cloud/protocol/topics';
import type { ConnectionTestFailure } from '../../cloud/transport/connection-test-error';

/** Every way in which a step of the connection test may fail. */
const FAILURES: Record<ConnectionTestFailure, true> = {
  credentials: true,
  unauthorized: true,
  banned: true,
  clientId: true,
  protocol: true,
  busy: true,
  untrusted: true,
  expired: true,
  notYetValid: true,
  hostname: true,
  clientCertificate: true,
  tls: true,
  dns: true,
  unreachable: true,
  portClosed: true,
  timeout: true,
  upgrade: true,
  swappedPort: true,
  plainPort: true,
  devicePort: true,
  packetSize: true,
  moved: true,
  takenOver: true,
  kicked: true,
  lost: true,
  proxyUnreachable: true,
  proxyTls: true,
  proxyTimeout: true,
  proxyAnswer: true,
  proxyCredentials: true,
  proxyRefused: true,
  proxyUpstream: true,
  subscription: true,
  quota: true,
  noShared: true,
  noWildcards: true,
};

type Catalogue = { [key: string]: string | Catalogue };

const LANGUAGES = ['en-US', 'zh-CN'];
const catalogue = (language: string): Catalogue =>
  JSON.parse(readFileSync(`nodes/locales/${language}/eztcloud.json`, 'utf8'));
const help = (language: string): string => readFileSync(`nodes/locales/${language}/eztcloud.html`, 'utf8');

/** `a.b.c` → text, for every text of the catalogue. */
function flatten(part: Catalogue, prefix = ''): Record<string, string> {
  const entries = Object.entries(part).map(([key, value]) =>
    typeof value === 'string' ? { [prefix + key]: value } : flatten(value, `${prefix}${key}.`),
  );
  return Object.assign({}, ...entries);
}

/** Words that Chinese users know and write so: products, protocols, abbreviations, types of a message and of JavaScript. */
const PRODUCT_WORDS = new Set(
  `EZtCloud Node-RED MQTT MQTTS TLS CA DNS HTTP HTTPS URL JSON CSV QoS QoS0 UTF-8 GB18030 GBK ICU Buffer Base64 BigInt Date Modbus RTU CRC
  ID API WebSocket SOCKS CONNECT Node.js WSS Join Catch Complete Function Split Chart Basic NUL NaN EMQX GitHub Unix mqtts wss http https eq neq eztcloud temperature`
    .split(/\s+/)
    .concat(
      'proxy projectKey projectSecret credentialSecret settings.js key secret id payload method debug true false null'.split(
        ' ',
      ),
    ),
);

/** Words of a Chinese text that are neither product words nor code such as `msg.payload`, `HTTPS_PROXY`, `mqtts://host:7885`. */
function englishIn(text: string): string[] {
  const prose = text
    .replace(
      /__\w+__|\$?\{[^}]*\}|\[[^\]]*\]|\w+:\/\/\S*[\w/]|\b(?:Number|String)\(\w+\)|buffer\.\S+\)/g,
      ' ',
    )
    .replace(/\b[a-z][\w-]*(?:\.\w+)+|\b\w+_\w+\b|\b0x\w+|[#*]\w+|host:\w+/gi, (found) =>
      found === 'Node.js' ? found : ' ',
    );
  return (prose.match(/[A-Za-z][A-Za-z0-9.-]*[A-Za-z0-9]/g) ?? []).filter((word) => !PRODUCT_WORDS.has(word));
}

const placeholders = (text: string): string[] => (text.match(/__\w+?__/g) ?? []).sort();
const topics = (html: string): (string | undefined)[] =>
  [...html.matchAll(/data-help-name="([^"]+)"/g)].map((found) => found[1]);
const english = flatten(catalogue('en-US'));
const keys = Object.keys(english);

describe('catalogues', () => {
  const chinese = flatten(catalogue('zh-CN'));

  it('have the same keys in both languages', () => {
    Object.keys(chinese).should.eql(keys);
  });

  it('have a text for every key, with the same placeholders', () => {
    for (const key of keys) {
      (chinese[key] ?? '').should.not.equal('', key);
      placeholders(chinese[key] ?? '').should.eql(placeholders(english[key] ?? ''), key);
    }
  });

  it('hold the sentence of every error', () => {
    const texts = Object.entries(sentences()).map(([reason, text]) => [`eztcloud.error.${reason}`, text]);
    Object.fromEntries(
      Object.entries(english).filter(([key]) => key.startsWith('eztcloud.error.')),
    ).should.eql(Object.fromEntries(texts));
  });

  it('leave no English in Chinese texts but names, code and product words', () => {
    const left = keys.map((key) => [key, englishIn(chinese[key] ?? '')] as const);
    should(left.filter(([, words]) => words.length > 0)).eql([]);
  });

  it('keep what stands on a node short', () => {
    const short = keys.filter((key) => /^eztcloud\.(status|reason)\./.test(key));
    short.length.should.be.above(30);
    for (const key of short) {
      english[key]?.length.should.be.belowOrEqual(21, key);
      chinese[key]?.length.should.be.belowOrEqual(21, key);
    }
  });

  it('name key and secret where a broker knows the one or the other not', () => {
    for (const reason of ['credentials', 'unauthorized']) {
      for (const texts of [english, chinese]) {
        should(texts[`eztcloud.reason.${reason}`]).match(/key.*secret/);
      }
    }
  });

  it('lie beside the built node', () => {
    const built = (folder: string) =>
      JSON.parse(readFileSync(`dist/nodes/locales/${folder}/eztcloud.json`, 'utf8'));
    built('en-US').should.eql(catalogue('en-US'));
    built('zh').should.eql(catalogue('zh-CN'));
  });
});

describe('help', () => {
  it('leaves no English in Chinese sentences', () => {
    // What stands in <code> is typed or read so; titles and blocks of code are no sentences.
    const text = help('zh-CN')
      .replace(/<(code|pre|dt)\b[\s\S]*?<\/\1>/g, ' ')
      .replace(/<[^>]*>|&\w+;/g, ' ');
    should([...new Set(englishIn(text))]).eql([]);
  });

  const forms = readdirSync('nodes').filter((folder) => existsSync(join('nodes', folder, 'form.html')));

  it('exists for every node in both languages', () => {
    for (const language of LANGUAGES) {
      topics(help(language))
        .sort()
        .should.eql([...forms].sort());
    }
  });

  it('has the same outline in both languages', () => {
    const outline = (language: string): string[] =>
      (help(language).match(/<(h3|dt|dl|dd|table|tr|p|li)\b|class="optional"/g) ?? []).map(String);
    outline('zh-CN').should.eql(outline('en-US'));
  });

  it('begins with the line that the palette shows', () => {
    for (const language of LANGUAGES) {
      (help(language).match(/data-help-name="[^"]+">\s*<p>[^<]{10,}/g) ?? []).length.should.equal(
        forms.length,
      );
    }
  });
});

describe('texts of the forms', () => {
  const files = readdirSync('nodes', { recursive: true, encoding: 'utf8' }).filter((file) =>
    /form\.html$|(^|[\\/])editor([\\/]\w[\w-]*)?\.ts$/.test(file),
  );
  const used = files.flatMap((file) =>
    [...readFileSync(join('nodes', file), 'utf8').matchAll(/eztcloud\.([a-z]\w*(?:\.\w+)*\.?)(\$\{)?/gi)]
      .map((found) => ({ file, key: `eztcloud.${found[1]}`, open: found[2] !== undefined }))
      .filter(({ key }) => !/\.(svg|editor)$/.test(key)),
  );

  it('all stand in the catalogue', () => {
    used.length.should.be.above(80);
    for (const { file, key, open } of used) {
      const known = open ? keys.some((each) => each.startsWith(key)) : keys.includes(key);
      known.should.equal(true, `${file}: ${key}`);
    }
  });

  it('name every property, every message type and every step of the connection test', () => {
    const sources = files.map((file) => readFileSync(join('nodes', file), 'utf8')).join('');
    const labels = [...sources.matchAll(/labelOf\('(\w+)'\)/g)].map((found) => `label.${found[1]}`);
    labels.length.should.be.above(20);
    const steps = ['name', 'tcp', 'proxy', 'tls', 'credentials', 'subscription'].map(
      (step) => `test.step.${step}`,
    );
    const types = CHANNELS.map((type) => `type.${type}`);
    for (const key of [...labels, ...types, ...steps]) keys.should.containEql(`eztcloud.${key}`);
  });

  it('say why a step of the connection test failed, and what to do next', () => {
    for (const reason of Object.keys(FAILURES)) {
      keys.should.containEql(`eztcloud.reason.${reason}`);
      keys.should.containEql(`eztcloud.test.next.${reason}`);
    }
    keys
      .filter((key) => key.startsWith('eztcloud.test.next.'))
      .length.should.equal(Object.keys(FAILURES).length);
  });

  it('name every control', () => {
    for (const file of files.filter((each) => each.endsWith('.html'))) {
      const html = readFileSync(join('nodes', file), 'utf8');
      for (const [, id] of html.matchAll(/<(?:input(?! type="hidden")|select)[^>]* id="([^"]+)"/g)) {
        html
          .includes(`<label for="${id}"`)
          .should.equal(!html.includes(`<label class="ezt-check" for="${id}"`), `${file}: ${id}`);
      }
    }
  });
});
