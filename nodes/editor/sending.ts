import { formValues, noRouteText, PREVIEW_TIMEOUT, postForm, projectRoute } from './form-values';
import { problemText, refusalText } from './problems';
import { isRecord } from './records';
import type { EditedNode } from './red';
import { prepareTry, type Try } from './try';

type Node = EditedNode<{ type?: string }>;

/** Milliseconds after the last key before the preview is asked for. */
const QUIET = 300;

/** What would be sent, as the runtime says. */
export interface Sending {
  asks: { device: boolean; command: boolean; value: string | undefined };
  devices: { device: string; name: string | undefined }[];
  deviceCount: number;
  topic: string;
  json: string;
  ready: boolean;
  example: string | undefined;
}

let open: Try | undefined;

/** Shows topic and JSON of what the out node would send, and lets a person try it. */
export function showSending(node: Node): void {
  const note = $('#ezt-live-note');
  const form = note.closest('form');
  let timer: number | undefined;
  let asking = false;
  let again = false;
  let wanted = '';
  const trying = prepareTry(node, soon);
  open = trying;

  const say = (text: string, wrong = false) => {
    if (note.text() !== text) note.text(text);
    note.toggleClass('ezt-live-wrong', wrong);
  };
  function soon() {
    const now = JSON.stringify([projectRoute(node, ''), formValues(node), trying.values()]);
    if (now === wanted) return; // a field that is left says so once more
    wanted = now;
    trying.draw(undefined); // what is confirmed must be what is shown
    clearTimeout(timer);
    timer = window.setTimeout(() => void ask(), QUIET);
  }
  async function ask() {
    if (asking) {
      again = true;
      return;
    }
    asking = true;
    again = false;
    const values = trying.values();
    const { text, wrong, sending } = await preview(node, values);
    asking = false;
    if (!note[0]?.isConnected) return;
    if (again) return void ask();
    say(text, wrong);
    draw(sending, values.value !== undefined);
    trying.draw(sending);
  }
  function draw(sending: Sending | undefined, typed: boolean) {
    $('#ezt-sending').prop('hidden', sending === undefined);
    if (!sending) return;
    $('#ezt-sending-topic').text(sending.topic);
    $('#ezt-sending-json').text(sending.json);
    $('#ezt-sending-example').prop('hidden', sending.example === undefined || typed);
  }
  form.on('change input', soon);
  soon();
}

/** The form closes: nothing is waited for any more. */
export function endSending(): void {
  open?.end();
  open = undefined;
}

async function preview(
  node: Node,
  values: object,
): Promise<{ text: string; wrong: boolean; sending: Sending | undefined }> {
  const nothing = { wrong: false, sending: undefined };
  const url = projectRoute(node, 'preview');
  if (url === undefined) return { text: noRouteText(node), ...nothing };
  try {
    const answer: unknown = await postForm(url, { ...formValues(node), values }, PREVIEW_TIMEOUT);
    if (isRecord(answer) && answer.deployed === false)
      return { text: node._('eztcloud.live.deployFirst'), ...nothing };
    const sending = readSending(answer);
    if (sending) return { text: goesTo(node, sending), wrong: false, sending };
    return { text: problemText(node, isRecord(answer) ? answer.problem : undefined), wrong: true, sending };
  } catch (xhr) {
    return { text: refusalText(node, xhr as JQuery.jqXHR), ...nothing };
  }
}

/** `To 3 devices`: more than the topic says. */
const goesTo = (node: Node, { deviceCount }: Sending): string =>
  deviceCount > 1 ? node._('eztcloud.sending.devices', { count: deviceCount }) : '';

function readSending(answer: unknown): Sending | undefined {
  if (!isRecord(answer) || !isRecord(answer.asks) || !Array.isArray(answer.devices)) return undefined;
  const { asks, devices, deviceCount, topic, json, ready, example } = answer;
  return {
    asks: {
      device: asks.device === true,
      command: asks.command === true,
      value: typeof asks.value === 'string' ? asks.value : undefined,
    },
    devices: devices.filter(isRecord).map(({ device, name }) => ({
      device: String(device),
      name: typeof name === 'string' ? name : undefined,
    })),
    deviceCount: Number(deviceCount),
    topic: String(topic),
    json: String(json),
    ready: ready === true,
    example: typeof example === 'string' ? example : undefined,
  };
}
