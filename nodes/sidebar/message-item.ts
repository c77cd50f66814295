import { button, copy, element } from './elements';
import type { Message } from './message';
import { say, sayNumber } from './say';
import { timeOfDay } from './shown-value';

/** Characters of the line of a message. */
const LINE = 200;

/** A message as an item of the list: a line that opens, with the payload for reading behind it. */
export function messageItem(message: Message): HTMLLIElement {
  const item = element('li', 'ezt-message');
  item.dataset.type = message.type;
  const head = element('button', 'ezt-message-head');
  head.type = 'button';
  head.setAttribute('aria-expanded', 'false');
  const who = element('span', 'ezt-message-device', message.name || message.device);
  who.title = message.device;
  const type = element('span', 'ezt-type', say(`sidebar.type.${message.type}`));
  head.append(
    element('span', 'ezt-message-time', timeOfDay(message.timestamp)),
    type,
    who,
    ...marks(message),
    element('span', 'ezt-message-line', message.line.slice(0, LINE)),
  );
  item.append(head);
  let body: HTMLElement | undefined;
  head.addEventListener('click', () => {
    const open = head.getAttribute('aria-expanded') !== 'true';
    head.setAttribute('aria-expanded', String(open));
    if (open) {
      body = messageBody(message);
      item.append(body);
    } else body?.remove();
  });
  return item;
}

function marks({ retain, own, stream }: Message): HTMLElement[] {
  const texts = [
    ...(stream === '' ? [] : [stream]),
    ...(retain ? [say('sidebar.retained')] : []),
    ...(own ? [say('sidebar.own')] : []),
  ];
  return texts.map((text) => element('span', 'ezt-mark', text));
}

function messageBody(message: Message): HTMLElement {
  const body = element('div', 'ezt-message-body');
  const text = element('pre', '', message.text);
  text.tabIndex = 0;
  text.setAttribute('aria-label', say('sidebar.payload'));
  text.setAttribute('role', 'group');
  const size = message.complete ? 'sidebar.bytes' : 'sidebar.bytesCut';
  const facts = [
    message.topic,
    `QoS ${message.qos}`,
    say(size, { count: sayNumber(message.size) }),
    ...(message.format === 'json' ? [] : [say(`sidebar.format.${message.format}`)]),
  ];
  const copies = button('fa-clipboard', say('sidebar.copyPayload'), () => copy(message.text, copies));
  body.append(text, element('div', 'ezt-facts', facts.join(' · ')), copies);
  return body;
}
