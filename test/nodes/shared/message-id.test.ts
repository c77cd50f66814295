import should from 'should';
import { newMessageId } from '../../../nodes/shared/message-id';

it('message ids are 16 hexadecimal digits, no two alike', () => {
  const ids = Array.from({ length: 10_000 }, newMessageId);
  for (const id of ids) should(id).match(/^[0-9a-f]{16}$/);
  should(new Set(ids).size).equal(ids.length);
});
