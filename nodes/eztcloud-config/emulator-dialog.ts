import { PROJECT_KEY } from '../../emulator/child-messages';
import { isEmulatorWished } from '../editor/first-project';
import { field, fieldText } from '../editor/form';
import { errorText } from '../editor/problems';
import { isRecord } from '../editor/records';
import type { EditedNode } from '../editor/red';
import { type EmulatorTls, emulatorTls } from './emulator-tls';

type Project = EditedNode<{ name: string; endpoint: string; tls: string }>;

/** What the server answers; see `emulator-handler.ts`. */
interface Answer {
  state: string;
  allowed?: boolean;
  error?: string;
  reason?: string;
  params?: object;
  since?: number;
  connections?: number;
  endpoint?: string;
  wssEndpoint?: string;
  ca?: string;
  used?: boolean;
}

/** How the dialog is left. */
export interface EmulatorForm {
  saved(): void;
  cancelled(): void;
}

/** What Node-RED shows in place of a stored password. */
const UNCHANGED = '__PWRD__';
/** Milliseconds between two looks at its state; the second after one that failed. */
const EVERY = 1000;
const LATER = 5000;
const TIMEOUT = 60_000;

/** Makes *Use the emulator* start it and fill in the form, and shows its state while the dialog is open. */
export function prepareEmulator(node: Project): EmulatorForm {
  const use = $('#ezt-emulator-use');
  const stop = $('#ezt-emulator-stop');
  const shown = $('#ezt-emulator-state');
  let open = true;
  let busy = false;
  let timer: number | undefined;
  /** Why the last click has done nothing; shown until the next one. */
  let refusal: string | undefined;
  let tls: EmulatorTls | undefined;

  function say(text: string, failed = false) {
    if (shown.text() !== text) shown.text(text); // it is read aloud
    shown.toggleClass('ezt-test-failed', failed);
  }
  function show(answer: Answer) {
    const off = answer.allowed === false;
    use.prop('disabled', busy || off);
    stop.prop('disabled', busy).toggle(['starting', 'running', 'failed'].includes(answer.state));
    if (refusal !== undefined) say(refusal, true);
    else if (off) say(node._('eztcloud.emulator.off'));
    else if (answer.error !== undefined) say(errorText(node, { ...answer }, answer.error), true);
    else say(stateText(node, answer));
  }
  async function look() {
    let wait = EVERY;
    try {
      const answer = answerOf(await $.getJSON('eztcloud/emulator'));
      if (open && !busy) show(answer);
    } catch {
      wait = LATER; // Node-RED is away, or has logged the user out: the editor tells that
    }
    if (open) timer = window.setTimeout(() => void look(), wait);
  }
  /** What a button does; one at a time. */
  async function act(doing: string, what: () => Promise<Answer>) {
    if (busy) return;
    busy = true;
    use.add(stop).prop('disabled', true);
    say(node._(`eztcloud.emulator.state.${doing}`));
    refusal = undefined;
    let answer: Answer | undefined;
    try {
      answer = await what();
    } catch (error) {
      refusal = failure(node, error);
    }
    busy = false;
    if (!open) return;
    if (answer) show(answer);
    else {
      use.add(stop).prop('disabled', false);
      say(refusal ?? '', true);
    }
  }
  async function start(): Promise<Answer> {
    const kept = usesIt(node) ? await post('start', { id: node.id }) : undefined;
    if (kept?.used && isEndpoint(node, kept)) return kept;
    const projectSecret = randomSecret();
    const answer = await post('start', { id: node.id, projectSecret });
    if (!open) return answer;
    tls = await emulatorTls(node, answer.ca ?? '', tls);
    if (open) fill(node, answer, projectSecret, tls.id);
    else tls.forget();
    return answer;
  }

  use.on('click', () => void act('starting', start));
  stop.on('click', () => void act('stopping', () => post('stop', {})));
  void look();
  if (isEmulatorWished()) void act('starting', start);

  const close = () => {
    open = false;
    window.clearTimeout(timer);
  };
  return {
    saved() {
      close();
      if (fieldText(node, 'tls') === tls?.id) tls?.keep();
      else tls?.forget();
    },
    cancelled() {
      close();
      tls?.forget();
    },
  };
}

/** Whether the form is as deployed, and its project one of an emulator. */
function usesIt(node: Project): boolean {
  return (
    node.changed !== true &&
    fieldText(node, 'endpoint') === node.endpoint &&
    fieldText(node, 'projectKey') === PROJECT_KEY &&
    fieldText(node, 'projectSecret') === UNCHANGED &&
    fieldText(node, 'tls') === node.tls
  );
}

const isEndpoint = (node: Project, { endpoint, wssEndpoint }: Answer): boolean =>
  [endpoint, wssEndpoint].includes(fieldText(node, 'endpoint'));

function fill(node: Project, { endpoint = '' }: Answer, projectSecret: string, tls: string): void {
  const values = { endpoint, projectKey: PROJECT_KEY, projectSecret, tls };
  for (const [name, value] of Object.entries(values)) field(node, name).val(value).trigger('change');
  field(node, 'proxy').find('option[value="_ADD_"]').prop('selected', true).trigger('change'); // none
  if (fieldText(node, 'name') === '')
    field(node, 'name').val(node._('eztcloud.emulator.name')).trigger('change');
}

/** 40 characters, of which each has 4 random bits. */
function randomSecret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(20));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

async function post(path: string, body: object): Promise<Answer> {
  const answer: unknown = await $.ajax({
    url: `eztcloud/emulator/${path}`,
    method: 'POST',
    contentType: 'application/json',
    data: JSON.stringify(body),
    timeout: TIMEOUT,
  });
  return answerOf(answer);
}

const answerOf = (answer: unknown): Answer => ({
  ...(isRecord(answer) ? answer : {}),
  state: isRecord(answer) ? String(answer.state) : '',
});

function stateText(node: Project, { state, since = 0, connections = 0 }: Answer): string {
  const time = new Date(since).toLocaleString(RED.i18n.lang());
  return node._(`eztcloud.emulator.state.${state}`, { time, connections });
}

function failure(node: Project, error: unknown): string {
  const { responseJSON: answer, status } = error as JQuery.jqXHR;
  if (isRecord(answer) && typeof answer.error === 'string') return errorText(node, answer, answer.error);
  return node._(`eztcloud.emulator.${status === 401 || status === 403 ? 'notAllowed' : 'noAnswer'}`);
}
