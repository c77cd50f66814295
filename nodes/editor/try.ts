import { formValues, postForm, projectRoute } from './form-values';
import { problemText, refusalText } from './problems';
import { isRecord } from './records';
import type { EditedNode } from './red';
import type { Sending } from './sending';

type Node = EditedNode<{ type?: string }>;

/** What is typed in place of a message. */
interface Typed {
  device?: string;
  command?: string;
  value?: unknown;
}

export interface Try {
  /** While the panel is open, what is typed in it. */
  values(): Typed;
  /** What would be sent now; `undefined`: not known, or something is wrong with it. */
  draw(sending: Sending | undefined): void;
  end(): void;
}

/** The most devices that are named. */
const NAMED = 20;

/** Makes *Try it* ask for what the form leaves to messages, say to whom what is sent, send it and show the answer. */
export function prepareTry(node: Node, changed: () => void): Try {
  const button = $('#ezt-try');
  const panel = $('#ezt-try-panel');
  const send = $('#ezt-try-send');
  const result = $('#ezt-try-result');
  let running: JQuery.jqXHR | undefined;
  let known: Sending | undefined;
  /** What is shown now can be sent. */
  let isReady = false;

  const isOpen = () => panel.prop('hidden') === false;
  function show(open: boolean) {
    panel.prop('hidden', !open);
    button.attr('aria-expanded', String(open));
    running?.abort();
    result.empty();
    changed();
  }

  function fillIn() {
    const value = $('#ezt-try-value');
    if (value.val() === '') value.val(known?.example ?? (node.type === 'ezt-command-out' ? '{}' : ''));
  }

  function values(): Typed {
    if (!isOpen()) return {};
    const [device, command, value] = ['device', 'command', 'value'].map((name) => textOf(name));
    return {
      ...(device && { device }),
      ...(command && { command }),
      ...(value && { value: readTyped(value) }),
    };
  }

  function draw(sending: Sending | undefined) {
    known = sending ?? known;
    isReady = sending?.ready === true;
    send.prop('disabled', !isReady || running !== undefined);
    for (const name of ['device', 'command', 'value'] as const)
      $(`#ezt-try-row-${name}`).toggle(Boolean(known?.asks[name]));
    $('#ezt-try-place').text(known?.asks.value ?? '');
    const to = sending === undefined ? '' : names(sending);
    send.text(to === '' ? node._('eztcloud.try.send') : node._('eztcloud.try.sendTo', { device: to }));
    $('#ezt-try-confirm').text(node._(`eztcloud.try.${isReady ? 'confirm' : 'missing'}`));
  }

  send.on('click', () => {
    const url = projectRoute(node, 'try');
    if (url === undefined || running) return;
    const request = postForm(url, { ...formValues(node), values: values() });
    running = request;
    const hadFocus = send.is(document.activeElement ?? document.body);
    send.prop('disabled', true);
    result.empty().append(line('ezt-live-note', node._('eztcloud.try.running')));
    request
      .then(
        (answer: unknown) => results(node, answer),
        (xhr: JQuery.jqXHR) =>
          xhr.statusText === 'abort' ? [] : [line('ezt-live-wrong', refusalText(node, xhr))],
      )
      .then((lines: JQuery[]) => {
        running = undefined;
        send.prop('disabled', !isReady);
        // A button that is disabled loses the focus, and with it the keyboard.
        if (hadFocus && isReady && document.activeElement === document.body) send.trigger('focus');
        result.empty().append(lines);
        result[0]?.scrollIntoView({ block: 'nearest' });
      });
  });
  button.on('click', () => {
    show(!isOpen());
    if (!isOpen()) return;
    fillIn();
    panel.find('input:visible, button:visible').first().trigger('focus');
  });
  $('#ezt-try-cancel').on('click', () => {
    show(false);
    button.trigger('focus');
  });
  return { values, draw, end: () => running?.abort() };
}

const textOf = (name: string): string =>
  $(`#ezt-try-row-${name}`).css('display') === 'none' ? '' : String($(`#ezt-try-${name}`).val()).trim();

/** JSON if it is, else the text itself: nobody puts quotation marks around a word. */
function readTyped(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function names({ devices, deviceCount }: Sending): string {
  const named = devices
    .slice(0, NAMED)
    .map(({ device, name }) => (name === undefined ? device : `${name} (${device})`));
  return named.join(', ') + (deviceCount > named.length ? `, … (${deviceCount})` : '');
}

/** What has become of it, device by device. */
function results(node: Node, answer: unknown): JQuery[] {
  const rows = isRecord(answer) && Array.isArray(answer.results) ? answer.results.filter(isRecord) : [];
  return rows.flatMap(({ device, ok, ms, reply, problem }) => {
    const params = { device: String(device), ms: Number(ms) };
    if (ok !== true) return [line('ezt-live-wrong', `✗ ${params.device} · ${problemText(node, problem)}`)];
    const text = node._(`eztcloud.try.${reply === undefined ? 'acknowledged' : 'replied'}`, params);
    const row = line('', ` ${text}`).prepend($('<span class="ezt-live-right">').text('✓'));
    return reply === undefined ? [row] : [row, $('<pre tabindex="0">').text(String(reply))];
  });
}

const line = (className: string, text: string): JQuery => $('<div>').addClass(className).text(text);
