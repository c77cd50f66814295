import type { EditedNode } from './red';
import { readAnswer, readFailure } from './test-answer';
import { answerRows } from './test-report';
import { dialogValues } from './test-values';

const TIMEOUT_MS = 30_000;

/**
 * Makes the "Test connection" button send the dialog's values, saved or not, and list the answer step by step. The answer is
 * withdrawn when a value changes. Returns a function that abandons a running test, for when the dialog closes.
 */
export function prepareTest(node: EditedNode<object>): () => void {
  const button = $('#ezt-test');
  const result = $('#ezt-test-result');
  let running: JQuery.jqXHR | undefined;
  /** What is tested, or was. */
  let sent: string | undefined;

  function show(rows: JQuery[]) {
    running = undefined;
    result.removeAttr('aria-busy').empty().append(rows);
    button.prop('disabled', false).find('.fa').attr('class', 'fa fa-plug');
  }
  /** The end of it may be below the edge of the dialog. */
  function answered(rows: JQuery[]) {
    show(rows);
    result.children().last().get(0)?.scrollIntoView({ block: 'nearest' });
  }

  button.on('click', () => {
    button.prop('disabled', true).find('.fa').attr('class', 'fa fa-circle-o-notch fa-spin');
    result
      .attr('aria-busy', 'true')
      .empty()
      .append(note(node._('eztcloud.test.running')));
    const data = JSON.stringify(dialogValues(node));
    const mine = $.ajax({
      url: 'eztcloud/test',
      method: 'POST',
      contentType: 'application/json',
      data,
      timeout: TIMEOUT_MS,
    });
    running = mine;
    sent = data;
    mine.then(
      (answer: unknown) => mine === running && answered(answerRows(node, readAnswer(node, answer))),
      (xhr: JQuery.jqXHR) => mine === running && answered([failed(readFailure(node, xhr))]),
    );
  });
  // A field tells of changes that are none, too: so do those of other nodes when their dialogs close.
  button.closest('form').on('input change', () => {
    if (sent === undefined || JSON.stringify(dialogValues(node)) === sent) return;
    sent = undefined;
    const abandoned = running;
    show([note(node._('eztcloud.test.changed'))]);
    abandoned?.abort();
  });
  return () => {
    const abandoned = running;
    running = undefined;
    abandoned?.abort();
  };
}

const note = (text: string): JQuery => $('<div class="ezt-test-note">').text(text);

const failed = (text: string): JQuery => $('<div class="ezt-test-failed">').text(text);
