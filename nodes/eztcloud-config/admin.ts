import type { Request, Response } from 'express';
import type { NodeAPI } from 'node-red';
import { formatEndpoint, formatProxy, seenDevices } from '../../cloud';
import { previewHandler, tryHandler } from '../preview/handlers';
import { asError } from '../shared/texts';
import { registerEmulator } from './emulator-handler';
import { answerMemory } from './memory-handler';
import { answerRecent } from './recent-handler';
import { findProject, type Project } from './runtime';
import { testHandler } from './test-handler';

/** The HTTP routes that the forms use. */
export function registerAdmin(RED: NodeAPI): void {
  const read = RED.auth.needsPermission('eztcloud-config.read');
  const write = RED.auth.needsPermission('eztcloud-config.write');

  const ofProject =
    (answer: (project: Project, request: Request) => unknown) => (request: Request, response: Response) => {
      const project = findProject(RED, request.params.configId);
      if (project) response.json(answer(project, request));
      else response.sendStatus(404);
    };

  RED.httpAdmin.get(
    '/eztcloud/:configId/devices',
    read,
    ofProject((project) => (project.client ? seenDevices(project.client.memory) : [])),
  );
  RED.httpAdmin.get('/eztcloud/:configId/memory', read, (request, response) => {
    const project = findProject(RED, request.params.configId);
    if (!project) response.sendStatus(404);
    else
      answerMemory(project, request, response).catch((error: unknown) => {
        RED.log.error(asError(error).message);
        response.sendStatus(500);
      });
  });
  RED.httpAdmin.get('/eztcloud/:configId/status', read, ofProject(statusOf));
  RED.httpAdmin.get('/eztcloud/:configId/recent', read, ofProject(answerRecent));

  RED.httpAdmin.post('/eztcloud/:configId/preview', read, previewHandler(RED));
  RED.httpAdmin.post('/eztcloud/:configId/try', write, tryHandler(RED));
  RED.httpAdmin.post('/eztcloud/test', write, testHandler(RED));
  registerEmulator(RED);
}

/** Everything about a connection except its secrets. */
function statusOf({ problem, settings, client }: Project) {
  const state = client?.state ?? { is: 'idle' as const };
  return {
    state,
    ...(problem && { problem: { code: problem.code, reason: problem.reason, message: problem.message } }),
    ...(settings && {
      endpoint: formatEndpoint(settings.endpoint),
      ...(settings.proxy && { proxy: formatProxy(settings.proxy) }),
      clientId: settings.clientId,
      group: settings.group,
    }),
    ...(state.is === 'connected' && { protocol: state.version === 5 ? '5' : '3.1.1' }),
    ...(client && { ...client.details(), counters: client.counters }),
  };
}
