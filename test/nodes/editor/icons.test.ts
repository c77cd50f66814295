import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import should from 'should';
import { types } from './registered';

const DIRECTORY = 'dist/nodes/icons';

describe('icons of the nodes', () => {
  it('are six different files, and none besides', () => {
    const used = [...types.values()].map(({ icon }) => icon);
    should(new Set(used).size).equal(6);
    used.sort().should.deepEqual(readdirSync(DIRECTORY).sort());
  });

  for (const { icon } of types.values()) {
    it(`${icon} is white on transparent, 40 by 60, and names what it is`, () => {
      const svg = readFileSync(join(DIRECTORY, icon), 'utf8');
      svg.should.match(
        /^<svg xmlns="[^"]+" width="40" height="60" viewBox="0 0 40 60">\s*<title>[^<]+<\/title>/,
      );
      const colours = [...svg.matchAll(/(?:fill|stroke)="([^"]+)"/g)].map(([, colour]) => colour);
      should(colours.filter((colour) => colour !== '#fff' && colour !== 'none')).deepEqual([]);
    });
  }
});
