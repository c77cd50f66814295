import { formValues, noRouteText, PREVIEW_TIMEOUT, postForm, projectRoute } from './form-values';
import { pollWhile } from './polling';
import { problemText, refusalText } from './problems';
import { isRecord } from './records';
import type { EditedNode } from './red';
import { agoText } from './spans';

type Node = EditedNode<{ type?: string }>;

interface Options {
  /** What the form keeps elsewhere than in one control. */
  own(): Record<string, unknown>;
  /** What the node waits for, in words. */
  wish(): string;
}

/** Shows the last message that the node would have sent, with the settings of its form, saved or not. */
export function showLivePreview(node: Node, { own, wish }: Options): void {
  const note = $('#ezt-live-note');
  const messages = $('#ezt-live-messages');
  let shown = '';

  const say = (text: string, wrong = false) => {
    if (note.text() !== text) note.text(text);
    note.toggleClass('ezt-live-wrong', wrong);
  };
  function clear() {
    shown = '';
    messages.empty();
    $('#ezt-live-filters').prop('hidden', true);
  }
  async function ask(): Promise<boolean> {
    const url = projectRoute(node, 'preview');
    if (url === undefined) {
      clear();
      say(noRouteText(node));
      return true;
    }
    let answer: unknown;
    try {
      answer = await postForm(url, formValues(node, own()), PREVIEW_TIMEOUT);
    } catch (xhr) {
      clear();
      say(refusalText(node, xhr as JQuery.jqXHR));
      return false;
    }
    if (note[0]?.isConnected) draw(isRecord(answer) ? answer : {});
    return true;
  }
  function draw(answer: Record<string, unknown>) {
    if (answer.deployed === false) {
      clear();
      say(node._('eztcloud.live.deployFirst'));
      return;
    }
    if (answer.problem !== undefined) {
      clear();
      say(problemText(node, answer.problem), true);
      return;
    }
    drawFilters(node, answer);
    const { last } = answer;
    if (!isRecord(last)) {
      messages.empty();
      shown = '';
      say(waiting(node, answer, wish()));
      return;
    }
    say(received(node, last), last.problem !== undefined);
    const { age: _, ...lasting } = last;
    const text = JSON.stringify(lasting);
    if (text === shown) return;
    shown = text;
    messages.empty().append(lastRows(node, last));
  }
  pollWhile($('#ezt-live'), async () => ($('#ezt-live').prop('open') ? ask() : true));
}

/** Why nothing is shown yet. */
function waiting(node: Node, { state, served }: Record<string, unknown>, what: string): string {
  if (state === 'idle') return node._('eztcloud.live.idle');
  if (state !== 'connected') return node._('eztcloud.live.notConnected');
  return node._(served === true ? 'eztcloud.live.waiting' : 'eztcloud.live.notServed', { what });
}

/** When the last message has come, from where, and what is wrong with it. */
function received(
  node: Node,
  { timestamp, age, device, size, problem, messages }: Record<string, unknown>,
): string {
  const time = new Date(Number(timestamp)).toLocaleTimeString('en-GB'); // 20:05:09, as in statuses
  const text = node._('eztcloud.live.received', {
    time,
    ago: agoText(node._, Number(age)),
    device: String(device),
  });
  if (problem !== undefined) return `${text} · ${problemText(node, problem)}`;
  return messages === undefined
    ? `${text} · ${node._('eztcloud.live.tooLarge', { size: Number(size) })}`
    : text;
}

function lastRows(node: Node, { messages, count, beginning }: Record<string, unknown>): JQuery[] {
  if (!Array.isArray(messages)) return [code(String(beginning))];
  const rows = messages.filter(isRecord).flatMap((message, i) => messageRows(node, message, i === 0));
  const more = Number(count) - messages.length;
  return more > 0
    ? [...rows, $('<div class="ezt-live-note">').text(node._('eztcloud.live.more', { count: more }))]
    : rows;
}

/** The payload, open for the first ones, and the other properties. */
function messageRows(
  node: Node,
  { topic, payload, rest }: Record<string, unknown>,
  first: boolean,
): JQuery[] {
  const { type, text } = isRecord(payload) ? payload : {};
  return [
    fold(`msg.payload : ${String(type)}`, String(text), true),
    fold(`msg.topic : ${String(topic)}`, String(rest), false, first ? node._('eztcloud.live.others') : ''),
  ];
}

function fold(title: string, text: string, open: boolean, hint = ''): JQuery {
  const summary = $('<summary>').append($('<code>').text(title));
  if (hint !== '') $('<span class="ezt-live-note">').text(` ${hint}`).appendTo(summary);
  return $('<details>').prop('open', open).append(summary, code(text));
}

const code = (text: string): JQuery => $('<pre tabindex="0">').text(text);

function drawFilters(node: Node, { filters, filterCount }: Record<string, unknown>): void {
  const shown = Array.isArray(filters) ? filters.map(String) : [];
  const more = Number(filterCount) - shown.length;
  const lines = more > 0 ? [...shown, node._('eztcloud.live.more', { count: more })] : shown;
  const list = $('#ezt-live-filters')
    .prop('hidden', shown.length === 0)
    .find('ul');
  if (list.text() === lines.join('')) return;
  list.empty().append(lines.map((line) => $('<li>').append($('<code>').text(line))));
}
