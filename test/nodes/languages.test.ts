import should from 'should';
import { type NodeRed, startNodeRed } from '../support/node-red';

const MODULE = '@eztcloud/node-red-eztcloud';

describe('an editor in the language', function () {
  this.timeout(60_000);
  let red: NodeRed;
  before(async () => {
    red = await startNodeRed();
  });
  after(() => red?.stop());

  /** A text of the catalogue that the editor gets for `language`. */
  async function label(language: string): Promise<string | undefined> {
    const response = await red.request(`/nodes/messages?lng=${language}`);
    const catalogues = (await response.json()) as Record<
      string,
      { eztcloud?: { label?: { endpoint?: string } } }
    >;
    return catalogues[`${MODULE}/eztcloud`]?.eztcloud?.label?.endpoint;
  }
  async function help(language: string): Promise<string> {
    const headers = { accept: 'text/html', 'accept-language': language };
    const html = await (await red.request('/nodes', { headers })).text();
    return /data-help-name="ezt-in">\s*<p>([^<]*)/.exec(html)?.[1] ?? '';
  }

  for (const language of ['zh-CN', 'zh', 'zh-TW', 'zh-HK', 'zh-Hans', 'zh-Hant', 'zh-Hans-CN']) {
    it(`${language} is served Chinese`, async () => {
      should(await label(language)).match(/\p{Script=Han}/u);
    });
  }
  for (const language of ['zh-CN', 'zh-TW', 'zh-Hans']) {
    it(`${language} has Chinese help`, async () => {
      should(await help(language)).match(/\p{Script=Han}/u);
    });
  }
  it('any other is served English', async () => {
    should(await help('fr')).not.match(/\p{Script=Han}/u);
    should(await label('en-US')).not.match(/\p{Script=Han}/u);
  });
});
