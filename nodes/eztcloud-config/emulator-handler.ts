import type { Request, Response } from 'express';
import type { NodeAPI } from 'node-red';
import { EztError, isPlainObject } from '../../cloud';
import { PROJECT_KEY } from '../../emulator/child-messages';
import { asError, translate } from '../shared/texts';
import { emulatorOf, type LocalEmulator } from './emulator';
import { findProject } from './runtime';

/** Made by a browser at random. It is neither kept nor told: only its hash is. */
const SECRET = /^[A-Za-z0-9]{20,100}$/;

/** `/eztcloud/emulator`: its state; `…/start` and `…/stop` are clicks in the project dialog. */
export function registerEmulator(RED: NodeAPI): void {
  const write = RED.auth.needsPermission('eztcloud-config.write');
  const emulator = emulatorOf(RED);

  RED.httpAdmin.get(
    '/eztcloud/emulator',
    RED.auth.needsPermission('eztcloud-config.read'),
    (_request, response) => void response.json(stateOf(RED, emulator)),
  );
  // Other web pages can post forms and text without CORS, but not JSON.
  const post = (path: string, act: (body: Readonly<Record<string, unknown>>) => Promise<object>) =>
    RED.httpAdmin.post(`/eztcloud/emulator/${path}`, write, (request: Request, response: Response) => {
      if (!request.is('application/json')) {
        response.sendStatus(415);
        return;
      }
      act(isPlainObject(request.body) ? request.body : {}).then(
        (answer) => response.json({ ...stateOf(RED, emulator), ...answer }),
        (error: unknown) => refuse(RED, response, error),
      );
    });

  post('start', async ({ id, projectSecret }) => {
    if (projectSecret !== undefined && !(typeof projectSecret === 'string' && SECRET.test(projectSecret)))
      throw new EztError('emulatorSecret');
    await emulator.start(projectSecret);
    const settings = findProject(RED, id)?.settings;
    return { used: settings !== undefined && (await emulator.serves(settings)) };
  });
  post('stop', async () => {
    await emulator.stop();
    return {};
  });
}

/** What the dialog shows, and what it fills in. Nothing in it is secret: the authority's certificate is public. */
function stateOf(RED: NodeAPI, { allowed, state }: LocalEmulator): object {
  if (state.is === 'failed') return { allowed, state: 'failed', ...said(RED, state.problem) };
  if (state.is !== 'running') return { allowed, state: state.is };
  const { since, connections, port, wssPort, ca, devices } = state;
  return {
    allowed,
    state: 'running',
    since,
    connections,
    endpoint: `mqtts://localhost:${port}`,
    wssEndpoint: `wss://localhost:${wssPort}`,
    projectKey: PROJECT_KEY,
    ca,
    devices,
  };
}

function refuse(RED: NodeAPI, response: Response, error: unknown): void {
  if (!(error instanceof EztError)) RED.log.error(asError(error).message);
  const answer = error instanceof EztError ? said(RED, error) : { error: asError(error).message };
  response.status('reason' in answer && answer.reason === 'emulatorOff' ? 403 : 400).json(answer);
}

/** In the language of Node-RED, and what the dialog needs to say it in the editor's. */
const said = (RED: NodeAPI, problem: EztError) => ({
  error: translate(RED, problem).message,
  reason: problem.reason,
  params: problem.params,
});
