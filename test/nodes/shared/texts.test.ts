import { readFileSync } from 'node:fs';
import type { NodeAPI } from 'node-red';
import should from 'should';
import { EztError } from '../../../cloud';
import { problemText } from '../../../nodes/editor/problems';
import type { EditedNode } from '../../../nodes/editor/red';
import { translate } from '../../../nodes/shared/texts';

/** Looks texts up as Node-RED does: what is missing is its key. */
function say(language: string) {
  const all: unknown = JSON.parse(readFileSync(`nodes/locales/${language}/eztcloud.json`, 'utf8'));
  return (key: string, params: Record<string, unknown> = {}): string => {
    const found = key
      .split('.')
      .reduce<unknown>((part, name) => (part as Record<string, unknown> | undefined)?.[name], all);
    return typeof found === 'string'
      ? found.replace(/__(\w+?)__/g, (whole, name: string) => String(params[name] ?? whole))
      : key;
  };
}

const ERRORS: [error: EztError, inLog: string, inForm: string][] = [
  [
    new EztError('badOption', { option: 'clientId', expected: 'at most 65535 bytes, no control characters' }),
    'clientId 无效，应为：不超过 65535 字节，且不含控制字符。',
    'EZT_CONFIG: 客户端 ID 无效，应为：不超过 65535 字节，且不含控制字符。',
  ],
  [
    new EztError('publishRefused', { reason: 'not authorized: no JSON here', code: '0x87' }),
    '服务器拒绝了该消息：没有权限: no JSON here（0x87）。',
    'EZT_REFUSED: 服务器拒绝了该消息：没有权限: no JSON here（0x87）。',
  ],
  [
    new EztError('malformed', { channel: 'attributes', what: 'not JSON' }),
    '收到的消息不是有效的 attributes：不是 JSON。',
    'EZT_MALFORMED: 收到的消息不是有效的 attributes：不是 JSON。',
  ],
];

describe('errors in the language of a user', () => {
  it('are Chinese also in what was expected, and why', () => {
    const RED = { _: say('zh-CN') } as unknown as NodeAPI;
    for (const [error, inLog] of ERRORS) should(translate(RED, error).message).equal(inLog);
  });

  it('in a form name options as the form does', () => {
    const node = { _: say('zh-CN') } as unknown as EditedNode<object>;
    for (const [{ code, reason, params, message }, , inForm] of ERRORS)
      should(problemText(node, { code, reason, params, message })).equal(inForm);
  });

  it('are what they were in English', () => {
    const RED = { _: say('en-US') } as unknown as NodeAPI;
    for (const [{ reason, params }] of ERRORS) {
      const error = new EztError(reason, params);
      const { message } = error;
      should(translate(RED, error).message).equal(message);
    }
  });

  it('of another life of the package keep the words of the runtime', () => {
    const node = { _: say('zh-CN') } as unknown as EditedNode<object>;
    should(problemText(node, { code: 'EZT_NEW', reason: 'new', message: 'New.' })).equal('EZT_NEW: New.');
    should(problemText(node, undefined)).equal('Node-RED 没有响应。');
  });
});
