import type { Request, Response } from 'express';
import type { NodeAPI } from 'node-red';
import { findProject, type Project } from '../eztcloud-config/runtime';
import { formValues } from './form-values';
import { inPreview } from './in-preview';
import { outForm, typedValues } from './out-form';
import { outPreview } from './out-preview';
import { problemOf } from './problem';
import { tryOut } from './try';

type Answer = (project: Project, request: Request, response: Response) => Promise<unknown>;
type NotDeployed = (response: Response) => unknown;

/** Tries at a time, of all editors: each has one. */
const MOST_TRIES = 10;

/** Answers a form that is sent as JSON, which no other web page can send. */
function formHandler(RED: NodeAPI, notDeployed: NotDeployed, answer: Answer) {
  return (request: Request, response: Response): void => {
    const project = findProject(RED, request.params.configId);
    if (!request.is('application/json')) response.sendStatus(415);
    else if (!project) notDeployed(response);
    else void answer(project, request, response);
  };
}

/**
 * `POST /eztcloud/:configId/preview`, body `{ type, id, …properties, values? }`: what a node with these properties, saved or
 * not, would have sent last (`ezt-in`) or would send (the out nodes, `values` as in {@link tryHandler}). What is wrong with
 * them is `problem` in the answer, and `{ deployed: false }` says that there is no such project: a form that is being filled in
 * is often wrong, and the browser would write each refusal to its console.
 */
export const previewHandler = (RED: NodeAPI) =>
  formHandler(
    RED,
    (response) => response.json({ deployed: false }),
    async (project, { body }, response) => {
      try {
        const values = formValues(RED, body);
        response.json(
          values.type === 'ezt-in'
            ? inPreview(RED, project, values.raw)
            : await outPreview(RED, project, outForm(values), typedValues(body)),
        );
      } catch (error) {
        response.json({ problem: problemOf(RED, error) });
      }
    },
  );

/**
 * `POST /eztcloud/:configId/try`, body as for a preview, with `values` `{ device?, value?, command? }` for what the node takes
 * from its messages: sends one push or command. Answers `{ ok, results }`, a result for each device, or 400 with what is
 * wrong, and then nothing has been sent. Nothing is waited for when the form is closed.
 */
export function tryHandler(RED: NodeAPI) {
  let running = 0;
  return formHandler(
    RED,
    (response) => response.sendStatus(404),
    async (project, { body }, response) => {
      if (running >= MOST_TRIES) {
        response.sendStatus(429);
        return;
      }
      running += 1;
      const closed = new AbortController();
      response.on('close', () => closed.abort());
      try {
        const values = formValues(RED, body);
        const results = await tryOut(RED, project, {
          form: outForm(values),
          typed: typedValues(body),
          deployed: values.deployed,
          signal: closed.signal,
        });
        response.json({ ok: results.every(({ ok }) => ok), results });
      } catch (error) {
        const { message, ...problem } = problemOf(RED, error);
        response.status(400).json({ error: message, ...problem });
      } finally {
        running -= 1;
      }
    },
  );
}
