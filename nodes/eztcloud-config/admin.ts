import { performance } from 'node:perf_hooks';
import type { Request, Response } from 'express';
import type { NodeAPI } from 'node-red';
import {
  EztError,
  formatEndpoint,
  isPlainObject,
  isTopicLevel,
  type ProbeOptions,
  parseEndpoint,
  probeConnection,
} from '../../cloud';
import { asError, translate } from '../shared/texts';
import { findProject, type Project, tlsOptions } from './runtime';
import { randomClientId } from './settings';

/** Milliseconds that a test of a connection may take. */
const TEST_TIMEOUT = 10_000;
/** Tests within a minute: more than a person makes, few for whoever scans a network. */
const TESTS_PER_MINUTE = 30;
/** What the editor sends for a secret that was not typed again. */
const UNCHANGED = '__PWRD__';

/** The routes behind the editor's forms. */
export function registerAdmin(RED: NodeAPI): void {
  const read = RED.auth.needsPermission('eztcloud-config.read');
  const write = RED.auth.needsPermission('eztcloud-config.write');
  let testing = false;
  let begun: number[] = [];

  const ofProject = (answer: (project: Project) => unknown) => (request: Request, response: Response) => {
    const project = findProject(RED, request.params.configId);
    if (project) response.json(answer(project));
    else response.sendStatus(404);
  };

  RED.httpAdmin.get(
    '/eztcloud/:configId/devices',
    read,
    ofProject((project) => project.client?.devices() ?? []),
  );
  RED.httpAdmin.get('/eztcloud/:configId/status', read, ofProject(statusOf));

  RED.httpAdmin.post('/eztcloud/test', write, (request: Request, response: Response) => {
    // The route is for a person with a dialog, not for scanning a network.
    const now = performance.now();
    begun = begun.filter((at) => now - at < 60_000);
    if (testing || begun.length >= TESTS_PER_MINUTE) {
      response.sendStatus(429);
      return;
    }
    testing = true;
    Promise.resolve()
      .then(() => {
        const options = probeOptions(RED, request.body);
        begun.push(now);
        return probeConnection(options);
      })
      .then((steps) => response.json({ ok: steps.every(({ ok }) => ok), steps }))
      .catch((error: unknown) => {
        const known = error instanceof EztError ? translate(RED, error) : asError(error);
        response
          .status(400)
          .json({ error: known.message, ...(error instanceof EztError && { reason: error.reason }) });
      })
      .finally(() => {
        testing = false;
      });
  });
}

/** All there is to know of a connection but its secrets. */
function statusOf({ problem, settings, client }: Project) {
  const state = client?.state ?? { is: 'idle' as const };
  return {
    state,
    ...(problem && { problem: { code: problem.code, reason: problem.reason, message: problem.message } }),
    ...(settings && {
      endpoint: formatEndpoint(settings.endpoint),
      clientId: settings.clientId,
      group: settings.group,
    }),
    ...(state.is === 'connected' && { protocol: state.version === 5 ? '5' : '3.1.1' }),
    ...(client && { ...client.details(), counters: client.counters }),
  };
}

/**
 * What the dialog shows, saved or not. A secret that was not typed is the stored one, and goes to the stored
 * access point only, so that nobody can have it sent to a host of theirs; the same holds for what environment
 * variables say. Throws `EZT_CONFIG`.
 */
function probeOptions(RED: NodeAPI, body: unknown): ProbeOptions {
  const dialog = isPlainObject(body) ? body : {};
  const stored = findProject(RED, dialog.id)?.settings;
  const typed = (name: string) => (typeof dialog[name] === 'string' ? dialog[name].trim() : '');
  const isVariable = (name: string) => /^\$\{.+\}$/.test(typed(name));
  const storedFor = (option: string) => {
    if (!stored) throw new EztError('deployFirst', { option });
    return stored;
  };

  const endpoint = isVariable('endpoint') ? storedFor('endpoint').endpoint : parseEndpoint(typed('endpoint'));
  const projectKey = isVariable('projectKey') ? storedFor('projectKey').username : typed('projectKey');
  if (projectKey === '') throw new EztError('noKey');
  if (!isTopicLevel(projectKey)) throw new EztError('badKey');

  let projectSecret = dialog.projectSecret;
  if (projectSecret === undefined || projectSecret === UNCHANGED || isVariable('projectSecret')) {
    if (!stored) throw new EztError('noSecret');
    if (formatEndpoint(stored.endpoint) !== formatEndpoint(endpoint)) throw new EztError('retypeSecret');
    projectSecret = stored.password;
  }
  if (typeof projectSecret !== 'string' || projectSecret === '') throw new EztError('noSecret');

  const protocol = dialog.protocol === '5' || dialog.protocol === '3.1.1' ? dialog.protocol : 'auto';
  const tls = tlsOptions(RED, dialog.tls);
  return {
    endpoint,
    projectKey,
    projectSecret,
    tls,
    protocol,
    clientId: randomClientId(),
    timeout: TEST_TIMEOUT,
  };
}
