import should from 'should';
import { applicationAccess } from '../../emulator/access';

describe('access of an application', () => {
  const mayUse = applicationAccess('PR_1');
  const table: [string, boolean][] = [
    ['open/PR_1/+/+', true],
    ['open/PR_1/+/data/+', true],
    ['open/PR_1/DU_1/attributes', true],
    ['open/PR_1/+/data/s1', true],
    ['open/PR_1/DU_1/data/+', true],
    ['open/PR_1/+/attributes_push', true],
    ['open/PR_1/#', false],
    ['open/PR_1/+/#', false],
    ['open/PR_1/+/data/#', false],
    ['open/PR_1/+/+/+', false],
    ['open/PR_1/+/attributes/x', false],
    ['open/PR_1/+/data/s1/x', false],
    ['open/PR_1/+', false],
    ['open/PR_2/+/+', false],
    ['open/+/+/+', false],
    ['+/PR_1/+/+', false],
    ['#', false],
    ['$SYS/#', false],
    ['', false],
  ];
  for (const [filter, allowed] of table) {
    it(`${filter || '(empty)'} is ${allowed ? 'allowed' : 'denied'}`, () => {
      should(mayUse(filter)).equal(allowed);
    });
  }
});
