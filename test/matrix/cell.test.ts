import should from 'should';
import { mustBe } from './cell';

describe('a cell of the matrix', () => {
  const log = ['[info] Node-RED version: v4.1.15', '[info] Node.js  version: v22.3.0'];

  it('is what it says', () => {
    should(() => mustBe({ nodeRed: '4.1', node: '22' }, { log })).not.throw();
  });

  for (const lines of [
    { nodeRed: '4.0', node: '22' },
    { nodeRed: '4.1', node: '20' },
    { nodeRed: '4.1', node: '2' },
  ]) {
    it(`is not Node-RED ${lines.nodeRed} on Node.js ${lines.node}`, () => {
      should(() => mustBe(lines, { log })).throw(/not the one of this cell/);
    });
  }
});
