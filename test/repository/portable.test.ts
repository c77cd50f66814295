import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import should from 'should';

/** What `sh` and `cmd` read alike: plain words, and `&&` between commands. */
const PLAIN = /^(node|npm|biome|mocha)( [\w./:@=-]+)*$/;
/** Names that Windows has no files of. */
const RESERVED = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)|[<>:"|?*\\]|[. ]$/i;

describe('what runs on Windows and macOS', () => {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };

  for (const [name, script] of Object.entries(scripts)) {
    it(`the script ${name} needs no shell of Unix`, () => {
      for (const command of script.split(' && ')) command.should.match(PLAIN);
    });
  }

  it('no file has a name that Windows does not take, nor one that differs by case only', () => {
    const files = execFileSync('git', ['ls-files'], { encoding: 'utf8' }).trim().split('\n');
    files.filter((file) => file.split('/').some((part) => RESERVED.test(part))).should.eql([]);
    should(new Set(files.map((file) => file.toLowerCase())).size).equal(files.length);
    files.filter((file) => file.length > 150).should.eql([]);
  });

  it('every text has the line ends of the repository, whatever git is set to', () => {
    readFileSync('.gitattributes', 'utf8').should.match(/^\* text=auto eol=lf$/m);
  });
});
