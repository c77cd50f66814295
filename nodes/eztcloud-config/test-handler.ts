import { performance } from 'node:perf_hooks';
import type { Request, Response } from 'express';
import type { NodeAPI } from 'node-red';
import { EztError, formatEndpoint, formatProxy, stepsAfter, testConnection } from '../../cloud';
import { asError, translate } from '../shared/texts';
import { dialogSettings } from './dialog';
import { randomClientId } from './settings';

/** Milliseconds that a test of a connection may take. */
const TEST_TIMEOUT = 10_000;
/** Tests per minute: more than a person needs, too few to scan a network. */
const TESTS_PER_MINUTE = 30;

/** `POST /eztcloud/test`: tries a connection with the values in the dialog, one at a time. */
export function testHandler(RED: NodeAPI): (request: Request, response: Response) => void {
  let running: AbortController | undefined;
  let begun: number[] = [];

  async function answer(body: unknown, response: Response, signal: AbortSignal): Promise<void> {
    try {
      const { endpoint, username, password, protocol, group, tls, proxy } = dialogSettings(RED, body);
      begun.push(performance.now());
      const options = {
        endpoint,
        projectKey: username,
        projectSecret: password,
        tls,
        proxy,
        protocol,
        group,
        clientId: randomClientId(),
        timeout: TEST_TIMEOUT,
        signal,
      };
      const steps = await testConnection(options);
      response.json({
        ok: steps.every(({ ok }) => ok),
        steps,
        notReached: stepsAfter(options, steps),
        endpoint: formatEndpoint(endpoint),
        ...(proxy && { proxy: formatProxy(proxy) }),
      });
    } catch (error) {
      const known = error instanceof EztError ? translate(RED, error) : asError(error);
      const reason = error instanceof EztError ? { reason: error.reason, params: error.params } : {};
      response.status(400).json({ error: known.message, ...reason });
    }
  }

  return (request, response) => {
    // Other web pages can post forms and text without CORS, but not JSON.
    if (!request.is('application/json')) {
      response.sendStatus(415);
      return;
    }
    // The route is for a person with a dialog, not for scanning a network.
    const now = performance.now();
    begun = begun.filter((at) => now - at < 60_000);
    if (running || begun.length >= TESTS_PER_MINUTE) {
      response.sendStatus(429);
      return;
    }
    const mine = new AbortController();
    running = mine;
    const free = () => {
      if (running === mine) running = undefined;
    };
    response.on('close', () => {
      // It was answered, or the dialog was closed.
      free();
      mine.abort();
    });
    void answer(request.body, response, mine.signal).finally(free);
  };
}
