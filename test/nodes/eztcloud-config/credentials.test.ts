import should from 'should';
import { until } from '../../support/events';
import { loadFlow, unload } from '../../support/flows';
import { needs } from '../../support/machine';
import { type Mosquitto, startMosquitto } from '../../support/mosquitto';
import { credentials, palette, project, ready, tab } from '../../support/project';
import { shows } from '../../support/statuses';

describe('access point, key and secret', function () {
  needs(this, 'mosquitto');
  let broker: Mosquitto;
  before(async () => {
    broker = await startMosquitto();
  });
  after(() => broker.stop());
  afterEach(async () => {
    delete process.env.EZT_PADDED;
    await unload();
    await until(() => broker.connections() === 0, 5000, 'the connection to close');
  });

  const load = (endpoint: string, projectKey: string, projectSecret: string) =>
    loadFlow([...tab(), ...project({ endpoint }), ...palette('ezt-in', 'in')], {
      credentials: { ...credentials(broker), cloud: { projectKey, projectSecret } },
    });

  const around: [what: string, pad: (text: string) => string][] = [
    ['blanks', (text) => `  ${text} `],
    ['a line end, as echo adds', (text) => `${text}\n`],
    ['a line end of Windows and a tab', (text) => `\t${text}\r\n`],
    ['no-break and ideographic spaces', (text) => `\u00a0${text}\u3000`],
    ['a byte-order mark', (text) => `\ufeff${text}`],
  ];
  for (const [what, pad] of around) {
    it(`lose ${what} around them`, async () => {
      await load(pad(broker.endpoint), pad(broker.key), pad(broker.secret));
      await ready('in');
    });
  }

  it('lose them in a variable too', async () => {
    process.env.EZT_PADDED = `${broker.secret}\n`;
    await load(broker.endpoint, broker.key, `\${EZT_PADDED}`);
    await ready('in');
  });

  const unusable: [what: string, key: string, secret: string][] = [
    ['a key with a zero-width space', 'PR_\u200bkey', 's'],
    ['a key of blanks', ' \n', 's'],
    ['a secret of blanks', 'PR_key', ' \n'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Node-RED leaves it when there is no such variable
    ['a secret in a variable that is not set', 'PR_key', '${EZT_PADDED}'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Node-RED never replaces it
    ['a secret in a variable with a blank after it', 'PR_key', '${EZT_PADDED} '],
  ];
  for (const [what, key, secret] of unusable) {
    it(`say so: ${what}`, async () => {
      await load(broker.endpoint, key, secret);
      await shows('in', ({ fill, shape, text = '' }) => fill === 'red' && shape === 'ring' && text !== '');
      should(broker.connections()).equal(0);
    });
  }
});
