import should from 'should';
import { rankOf } from '../../../cloud/protocol/ranking';

describe('what a person types', () => {
  const cases: [typed: string, names: string[], tags: string[], rank: number | undefined][] = [
    ['DU_1', ['DU_1'], [], 0],
    ['du_1', ['DU_1'], [], 1],
    ['DU_1', ['DU_10', 'Pump'], [], 2],
    ['pu', ['DU_10', 'Pump'], [], 2],
    ['U_1', ['DU_10'], [], 3],
    ['x', ['DU_10'], [], undefined],
    ['', ['DU_10'], [], 3],
    ['north', ['DU_1'], ['north'], 2],
    ['ort', ['DU_1'], ['north'], 3],
    ['DU', ['xDU'], ['DU'], 2],
    ['1', ['DU_1'], ['x'], 3],
    ['.*', ['DU_1'], ['north'], undefined],
  ];
  for (const [typed, names, tags, rank] of cases)
    it(`${typed} fits ${[...names, ...tags.map((tag) => `#${tag}`)].join(', ')}: ${rank}`, () => {
      should(rankOf(typed, names, tags)).equal(rank);
    });
});
