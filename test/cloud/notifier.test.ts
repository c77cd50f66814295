import should from 'should';
import { createNotifier } from '../../cloud/notifier';

describe('notifier', () => {
  it('calls every listener, though one throws, until it is removed', () => {
    const [errors, calls]: [unknown[], string[]] = [[], []];
    const { add, notify } = createNotifier((error) => errors.push(error));
    const failure = new Error('of a listener');
    add(() => {
      throw failure;
    });
    const remove = add(() => calls.push('second'));
    notify();
    remove();
    notify();
    should(calls).deepEqual(['second']);
    should(errors).deepEqual([failure, failure]);
  });
});
