import type { Request, Response } from 'express';
import type { NodeAPI } from 'node-red';
import { seenDevices } from '../../cloud';
import { previewHandler, tryHandler } from '../preview/handlers';
import { asError } from '../shared/texts';
import { registerEmulator } from './emulator-handler';
import { answerList } from './list-handler';
import { listenHandler } from './listen-handler';
import { answerMemory } from './memory-handler';
import { answerPicker } from './picker-handler';
import { answerRecent } from './recent-handler';
import { findProject, type Project } from './runtime';
import { projectsOf, statusOf } from './status-handler';
import { testHandler } from './test-handler';

type Answer = (project: Project, request: Request, response: Response) => unknown;

/** The HTTP routes that forms and the sidebar use. */
export function registerAdmin(RED: NodeAPI): void {
  const read = RED.auth.needsPermission('eztcloud-config.read');
  const write = RED.auth.needsPermission('eztcloud-config.write');

  /** `GET /eztcloud/:configId/<route>`: `answer` returns what is sent, or sends it itself and returns a promise. */
  function get(route: string, answer: Answer) {
    RED.httpAdmin.get(`/eztcloud/:configId/${route}`, read, (request, response) => {
      const project = findProject(RED, request.params.configId);
      if (!project) {
        response.sendStatus(404);
        return;
      }
      const answered = answer(project, request, response);
      if (!(answered instanceof Promise)) {
        response.json(answered);
        return;
      }
      answered.catch((error: unknown) => {
        RED.log.error(asError(error).message);
        response.sendStatus(500);
      });
    });
  }

  get('devices', (project) => (project.client ? seenDevices(project.client.memory) : []));
  get('memory', answerMemory);
  get('list', answerList);
  get('status', statusOf);
  get('recent', answerRecent);
  // Forms are open before the first deploy, so a project that is not deployed gets an answer here.
  RED.httpAdmin.get('/eztcloud/:configId/picker', read, (request, response) => {
    answerPicker(findProject(RED, request.params.configId), request, response).catch((error: unknown) => {
      RED.log.error(asError(error).message);
      response.sendStatus(500);
    });
  });
  RED.httpAdmin.get('/eztcloud/projects', read, (_request, response) => {
    response.json(projectsOf(RED));
  });

  RED.httpAdmin.post('/eztcloud/:configId/preview', read, previewHandler(RED));
  RED.httpAdmin.post('/eztcloud/:configId/try', write, tryHandler(RED));
  RED.httpAdmin.post('/eztcloud/:configId/listen', write, listenHandler(RED));
  RED.httpAdmin.post('/eztcloud/test', write, testHandler(RED));
  registerEmulator(RED);
}
