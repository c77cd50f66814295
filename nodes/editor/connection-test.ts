import { fieldText } from './form';
import type { EditedNode, EditorNode } from './red';
import { isRecord } from './suggestions';

/** What Node-RED shows in place of a stored password. */
const UNCHANGED = '__PWRD__';
const TIMEOUT_MS = 30_000;

interface Step {
  step: string;
  ok: boolean;
  ms: number;
  detail?: string;
  reason?: string;
}

type Node = EditedNode<object>;

/**
 * Makes the "Test connection" button send the dialog's values, saved or not, and list the answer step by step.
 * Returns a function that abandons a running test, for when the dialog closes.
 */
export function prepareTest(node: Node): () => void {
  const button = $('#ezt-test');
  const result = $('#ezt-test-result');
  let running: JQuery.jqXHR | undefined;

  button.on('click', () => {
    button.prop('disabled', true).find('.fa').attr('class', 'fa fa-circle-o-notch fa-spin');
    result
      .attr('aria-busy', 'true')
      .empty()
      .append(line('ezt-test-note', node._('eztcloud.test.running')));
    running = $.ajax({
      url: 'eztcloud/test',
      method: 'POST',
      contentType: 'application/json',
      data: JSON.stringify(dialogValues(node)),
      timeout: TIMEOUT_MS,
    });
    running
      .then(
        (answer: unknown) => rows(node, steps(answer)),
        (xhr: JQuery.jqXHR) => [line('ezt-test-failed', failure(node, xhr))],
      )
      .then((lines: JQuery[]) => {
        result.removeAttr('aria-busy').empty().append(lines);
        button.prop('disabled', false).find('.fa').attr('class', 'fa fa-plug');
      });
  });
  return () => running?.abort();
}

function dialogValues(node: Node): Record<string, unknown> {
  const names = [...Object.keys(node._def.defaults), 'projectKey', 'projectSecret'];
  const values = Object.fromEntries(names.map((name) => [name, fieldText(node, name)]));
  const tls = values.tls === '_ADD_' ? '' : (values.tls ?? '');
  const secret = values.projectSecret === UNCHANGED ? undefined : values.projectSecret;
  return { ...values, id: node.id, projectSecret: secret, tls, tlsConfig: changedNode(tls) };
}

/** Properties and credentials of a config node as they are in the editor; `undefined` if they are deployed. */
function changedNode(id: string): object | undefined {
  const node = id === '' ? null : RED.nodes.node(id);
  if (!node?.changed) return undefined;
  const properties = Object.keys(node._def.defaults).map((name) => [name, Reflect.get(node, name)]);
  return { ...Object.fromEntries(properties), credentials: credentialsOf(node) };
}

/** The credentials that the editor knows: not a stored password, and only `has_…` shows that one was cleared. */
function credentialsOf({ _def, credentials = {} }: EditorNode): object {
  const names = Object.keys(_def.credentials ?? {});
  const values = names.map((name) => [
    name,
    credentials[name] ?? (credentials[`has_${name}`] === false ? '' : undefined),
  ]);
  return Object.fromEntries(values);
}

function steps(answer: unknown): Step[] {
  if (!isRecord(answer) || !Array.isArray(answer.steps)) return [];
  return answer.steps.filter(isRecord).map((row) => ({
    step: String(row.step),
    ok: row.ok === true,
    ms: Number(row.ms) || 0,
    ...(typeof row.detail === 'string' && { detail: row.detail }),
    ...(typeof row.reason === 'string' && { reason: row.reason }),
  }));
}

function rows(node: Node, taken: readonly Step[]): JQuery[] {
  const ok = taken.length > 0 && taken.every((step) => step.ok);
  const outcome = node._(`eztcloud.test.${ok ? 'passed' : 'failed'}`);
  return [...taken.map((step) => stepRow(node, step)), line(ok ? 'ezt-test-ok' : 'ezt-test-failed', outcome)];
}

function stepRow(node: Node, { step, ok, ms, reason, detail }: Step): JQuery {
  const row = line(ok ? 'ezt-test-ok' : 'ezt-test-failed', translated(node, `test.step.${step}`, step));
  const mark = node._(`eztcloud.test.${ok ? 'ok' : 'notOk'}`);
  $('<span class="ezt-test-mark" role="img">')
    .attr('aria-label', mark)
    .text(ok ? '✓' : '✗')
    .prependTo(row);
  $('<span class="ezt-test-note">')
    .text(node._('eztcloud.test.ms', { ms: Math.round(ms) }))
    .appendTo(row);
  const why = reason === undefined ? undefined : translated(node, `reason.${reason}`, detail ?? reason);
  if (why !== undefined) $('<div class="ezt-test-why">').text(why).appendTo(row);
  if (detail !== undefined && detail !== why) $('<div class="ezt-test-note">').text(detail).appendTo(row);
  return row;
}

function failure(node: Node, xhr: JQuery.jqXHR): string {
  const answer: unknown = xhr.responseJSON;
  if (isRecord(answer) && typeof answer.error === 'string') return answer.error;
  if (xhr.status === 401 || xhr.status === 403) return node._('eztcloud.test.notAllowed');
  if (xhr.status === 429) return node._('eztcloud.test.tooMany');
  return node._('eztcloud.test.noAnswer');
}

/** The catalogue's text, or `fallback` where it has none. Show it as text: `fallback` may come from the network. */
function translated(node: Node, key: string, fallback: string): string {
  const full = `eztcloud.${key}`;
  const text = node._(full);
  return text === full ? fallback : text;
}

function line(className: string, text: string): JQuery {
  return $('<div>').addClass(className).text(text);
}
