import type { Translate } from '../red';
import type { Found } from './source';

/** States in which nothing can be listened to. */
const UNUSABLE = ['noProject', 'variable', 'notDeployed', 'problem', 'notAllowed', 'noAnswer'];

/** Whether *Listen to everything* is offered. */
export const mayListen = ({ answer }: Found): boolean => !UNUSABLE.includes(answer.state) && !answer.grouped;

/** Why there is nothing to choose from, and what to do. `what`: what the rows would be. */
export function whyEmpty(say: Translate, { answer }: Found, typed: string, what: string): string[] {
  const text = (key: string, params = {}) => say(`eztcloud.picker.empty.${key}`, params);
  if (UNUSABLE.includes(answer.state)) return [text(answer.state)];
  const why = [];
  if (answer.known > 0) {
    why.push(typed === '' ? text(what) : text('noMatch').replace('{text}', () => typed));
  } else {
    if (answer.state === 'unused') why.push(text('unused'));
    else why.push(text(answer.state === 'connected' ? 'quiet' : 'offline'));
    if (!answer.kept) why.push(say('eztcloud.picker.notKept', { option: say('eztcloud.label.memory') }));
  }
  if (answer.grouped) why.push(say('eztcloud.picker.listenGrouped'));
  return why;
}
