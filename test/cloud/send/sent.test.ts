import should from 'should';
import { watchSent } from '../../../cloud/send/sent';

describe('sent', () => {
  it('tells of pushes and of watched payloads before they go out, each time', () => {
    const order: string[] = [];
    const watcher = watchSent('PR_1', (device, payload) => order.push(`push ${device} ${payload}`));
    const publish = watcher.through((topic) => void order.push(`out ${topic}`));
    const command = Buffer.from('{}');
    watcher.on(command, () => order.push('command'));
    const settled = () => undefined;
    publish('open/PR_1/DU_1/attributes_push', Buffer.from('1'), 1, settled);
    publish('open/PR_1/DU_1/command_send', command, 1, settled);
    publish('open/PR_1/DU_1/command_send', command, 1, settled);
    publish('open/PR_1/DU_1/command_send', Buffer.from('{}'), 1, settled); // equal, not the same
    should(order).deepEqual([
      'push DU_1 1',
      'out open/PR_1/DU_1/attributes_push',
      'command',
      'out open/PR_1/DU_1/command_send',
      'command',
      'out open/PR_1/DU_1/command_send',
      'out open/PR_1/DU_1/command_send',
    ]);
  });

  it('forgets a payload that nobody waits for any more', () => {
    const order: string[] = [];
    const watcher = watchSent('PR_1', () => undefined);
    const publish = watcher.through((topic) => void order.push(topic));
    const command = Buffer.from('{}');
    watcher.on(command, () => order.push('command'));
    watcher.off(command);
    publish('open/PR_1/DU_1/command_send', command, 1, () => undefined);
    should(order).deepEqual(['open/PR_1/DU_1/command_send']);
  });
});
