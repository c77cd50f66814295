import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import should from 'should';
import { inLanguage, phraseKey } from '../../../cloud/protocol/phrases';
import { describeCode } from '../../../cloud/transport/reason-codes';

const catalogue = (language: string): Record<string, string> =>
  JSON.parse(readFileSync(`nodes/locales/${language}/eztcloud.json`, 'utf8')).eztcloud.phrase;
const [english, chinese] = [catalogue('en-US'), catalogue('zh-CN')];
const sample = (text: string): string => text.replace('__value__', '7');
const inChinese = (key: string, { value }: Record<string, string | number>) =>
  chinese[key]?.replace('__value__', String(value));

/** Words in the sources that become part of an error. */
const literals = ['cloud', 'nodes'].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))
    .flatMap((file) => [
      ...readFileSync(join(folder, file), 'utf8').matchAll(
        /(?:new Malformed\(|notJson\(|\bbad\([^\n]*?, |\? '|: )(?:text === '' \? )?(['`])([^'`\n]{4,}?)\1\)/g,
      ),
    ])
    .map(([, , text = '']) => text.replace(/\$\{[^}]*\}/g, '7'))
    .filter((text) => /[a-z]{2} [a-z]|^text$/.test(text)),
);

describe('phrases in errors', () => {
  it('are found in the catalogue by their English words', () => {
    for (const [key, text] of Object.entries(english)) should(phraseKey(sample(text)).key).equal(key);
  });

  it('of the sources all stand in it', () => {
    const codes = Array.from({ length: 256 }, (_, code) => describeCode(code));
    should(literals.length).be.above(20);
    for (const text of [...literals, ...codes]) should(english).have.property(phraseKey(text).key);
  });

  it('are said in another language, with their number or name', () => {
    const said = (params: Record<string, string | number>) => inLanguage(params, inChinese);
    should(said({ option: 'clientId', expected: 'at most 100 bytes' })).eql({
      option: 'clientId',
      expected: '不超过 100 字节',
    });
    should(said({ what: '"alerting" is not true or false' })).eql({ what: '"alerting" 不是 true 或 false' });
  });

  it('leave alone what a broker or a library has said', () => {
    const said = (what: string) => inLanguage({ what }, inChinese).what;
    should(said('reading it fails (no JSON: at 3)')).equal('读取时出错 (no JSON: at 3)');
    should(said('not authorized: not JSON')).equal('没有权限: not JSON');
    for (const text of ['', '"not JSON"', 'true, false', 'not our text', '(', '42', ': x'])
      should(said(text)).equal(text);
  });

  it('are words only where a parameter is', () => {
    should(inLanguage({ device: 'text', name: 'not JSON', count: 3 }, inChinese)).eql({
      device: 'text',
      name: 'not JSON',
      count: 3,
    });
  });
});
