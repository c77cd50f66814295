import should from 'should';
import { textsFor } from '../../emulator/cli-texts';

/** `npm start` and `npm run emulator` by their environment, in POSIX's order of the variables. */
const ENVIRONMENTS: [NodeJS.ProcessEnv, 'Chinese' | 'English'][] = [
  [{}, 'English'],
  [{ LANG: 'C' }, 'English'],
  [{ LANG: 'de_DE.UTF-8' }, 'English'],
  [{ LANG: 'zh_CN.UTF-8' }, 'Chinese'],
  [{ LANG: 'zh_TW' }, 'Chinese'],
  [{ LC_MESSAGES: 'zh_CN.UTF-8' }, 'Chinese'],
  [{ LC_ALL: 'zh_CN.UTF-8' }, 'Chinese'],
  [{ LC_MESSAGES: 'zh_CN.UTF-8', LANG: 'en_US.UTF-8' }, 'Chinese'],
  [{ LC_MESSAGES: 'en_US.UTF-8', LANG: 'zh_CN.UTF-8' }, 'English'],
  [{ LC_ALL: 'zh_CN.UTF-8', LC_MESSAGES: 'C', LANG: 'C' }, 'Chinese'],
  [{ LC_ALL: 'C', LC_MESSAGES: 'zh_CN.UTF-8', LANG: 'zh_CN.UTF-8' }, 'English'],
  [{ LC_ALL: '', LC_MESSAGES: '', LANG: 'zh_CN.UTF-8' }, 'Chinese'],
  [{ LC_CTYPE: 'zh_CN.UTF-8', LANGUAGE: 'zh_CN' }, 'English'],
];

describe('the texts of npm start and npm run emulator', () => {
  for (const [environment, language] of ENVIRONMENTS) {
    it(`are ${language} by ${JSON.stringify(environment)}`, () => {
      should(textsFor(environment).stopping).equal(language === 'Chinese' ? '正在停止。' : 'Stopping.');
    });
  }
});
