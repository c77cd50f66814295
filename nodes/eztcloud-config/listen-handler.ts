import type { Request, Response } from 'express';
import type { NodeAPI } from 'node-red';
import { EztError, isPlainObject } from '../../cloud';
import { asError, translate } from '../shared/texts';
import { listeningFor, listenToEverything, stopListening } from './listening';
import { findProject } from './runtime';

/** Characters of the name that an open form gives itself. */
const LONGEST = 64;

/**
 * `POST /eztcloud/:configId/listen`, `{ "asker": "…" }`: listens to everything of the project for 30 s, for the form that
 * calls itself so; with `"stop": true` it does not need that any more. Answers with the milliseconds left.
 */
export function listenHandler(RED: NodeAPI): (request: Request, response: Response) => void {
  return (request, response) => {
    // Other web pages can post forms and text without CORS, but not JSON.
    if (!request.is('application/json')) {
      response.sendStatus(415);
      return;
    }
    const project = findProject(RED, request.params.configId);
    if (!project) {
      response.sendStatus(404);
      return;
    }
    const body: unknown = request.body;
    const { asker, stop } = isPlainObject(body) ? body : {};
    if (typeof asker !== 'string' || asker === '' || asker.length > LONGEST) {
      response.sendStatus(400);
    } else if (stop === true) {
      stopListening(project, asker);
      response.json({ left: listeningFor(project) });
    } else if (project.settings && project.settings.group !== '') {
      // Those who share the group's messages would each see a part of them.
      response.status(409).json({ reason: 'group' });
    } else {
      try {
        response.json({ left: listenToEverything(project, asker) });
      } catch (error) {
        const known = error instanceof EztError ? translate(RED, error) : asError(error);
        response.status(400).json({ error: known.message });
      }
    }
  };
}
