import { fieldText } from './form';
import type { EditedNode } from './red';
import type { Answer, Line } from './test-answer';

const MARKS = { ok: '✓', notOk: '✗', notReached: '–' } as const;

type Node = EditedNode<object>;

/** The rows of the answer, and the button that copies it. */
export function answerRows(node: Node, answer: Answer): JQuery[] {
  const { lines, ok } = answer;
  const outcome = $('<div>')
    .addClass(ok ? 'ezt-test-ok' : 'ezt-test-failed')
    .text(outcomeOf(node, answer));
  return [...lines.map((line) => row(node, line)), outcome, copyButton(node, answer)];
}

function row(node: Node, line: Line): JQuery {
  const { is, title, ms, why, facts, next } = line;
  const classes = { ok: 'ezt-test-ok', notOk: 'ezt-test-failed', notReached: 'ezt-test-missed' };
  const made = $('<div>').addClass(classes[is]).text(title);
  $('<span class="ezt-test-mark" role="img">')
    .attr('aria-label', node._(`eztcloud.test.${is}`))
    .text(MARKS[is])
    .prependTo(made);
  if (ms !== undefined) $('<span class="ezt-test-note">').text(millisecondsOf(node, ms)).appendTo(made);
  if (is === 'notReached')
    $('<span class="ezt-test-note">').text(node._('eztcloud.test.notReached')).appendTo(made);
  if (why !== undefined) $('<div class="ezt-test-why">').text(why).appendTo(made);
  for (const fact of facts) $('<div class="ezt-test-note">').text(fact).appendTo(made);
  if (next !== undefined) $('<div class="ezt-test-next">').text(next).appendTo(made);
  return made;
}

function copyButton(node: Node, answer: Answer): JQuery {
  const button = $('<button type="button" id="ezt-test-copy" class="red-ui-button red-ui-button-small">');
  button.append('<i class="fa fa-clipboard"></i> ', $('<span>').text(node._('eztcloud.test.copy')));
  return button.on('click', () => {
    // Unlike navigator.clipboard it works on pages without TLS, too.
    const copied = '@eztcloud/node-red-eztcloud/eztcloud:eztcloud.test.copied';
    RED.clipboard.copyText(reportOf(node, answer), button, copied);
  });
}

/** The answer as text, for whoever helps. It holds no secret, and the project key neither. */
function reportOf(node: Node, answer: Answer): string {
  const { lines, endpoint, proxy } = answer;
  const ours = RED.nodes.registry.getNodeSetForType('eztcloud-config')?.version ?? '?';
  const text = [
    node._('eztcloud.test.report'),
    `${new Date().toISOString()} · @eztcloud/node-red-eztcloud ${ours} · Node-RED ${RED.settings.version}`,
    endpoint,
    ...(proxy === '' ? [] : [proxy]),
    '',
    ...lines.flatMap((line) => reportLines(node, line)),
    '',
    outcomeOf(node, answer),
  ].join('\n');
  const key = fieldText(node, 'projectKey') ?? '';
  return key.length < 4 ? text : text.split(key).join('<projectKey>');
}

function reportLines(node: Node, { is, title, ms, why, facts, next }: Line): string[] {
  const after = is === 'notReached' ? node._('eztcloud.test.notReached') : millisecondsOf(node, ms ?? 0);
  const more = [why, ...facts, next].filter((each) => each !== undefined);
  return [`${MARKS[is]} ${title} (${after})`, ...more.map((each) => `  ${each}`)];
}

const millisecondsOf = (node: Node, ms: number): string => node._('eztcloud.test.ms', { ms });

const outcomeOf = (node: Node, { ok }: Answer): string => node._(`eztcloud.test.${ok ? 'passed' : 'failed'}`);
