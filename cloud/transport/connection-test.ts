import { printable } from '../protocol/printable';
import { ConnectionTestError } from './connection-test-error';
import {
  type ConnectionTest,
  type ConnectionTestOptions,
  type ConnectionTestStep,
  type StepName,
  stepsOf,
} from './connection-test-steps';
import { MAX_DETAIL, type Refusal, refusalOfError } from './reason-codes';
import { nameSwappedPort } from './swapped-port';

/** Tests a connection step by step, up to the first failure, and closes everything. Never rejects. */
export async function testConnection(options: ConnectionTestOptions): Promise<ConnectionTestStep[]> {
  const over = new AbortController();
  const test: ConnectionTest = { ...options, over: over.signal };
  const end = endOf(test);
  const steps: ConnectionTestStep[] = [];
  for (const [step, run] of stepsOf(options)) {
    const start = Date.now();
    const result = await Promise.race([end.reached, run(test)]).then(
      (detail) => ({ ok: true, detail, fact: detail }),
      failure,
    );
    steps.push(describe(step, Date.now() - start, result, test));
    if (!result.ok) break;
  }
  end.cancel();
  over.abort();
  test.tcp?.destroy();
  await test.connection?.close(false);
  return steps;
}

/** The steps that come after the last one of `steps`. */
export function stepsAfter(options: ConnectionTestOptions, steps: readonly ConnectionTestStep[]): StepName[] {
  return stepsOf(options)
    .slice(steps.length)
    .map(([step]) => step);
}

type Result = Pick<ConnectionTestStep, 'ok' | 'detail' | 'fact' | 'reason'>;

function failure(error: Error & { code?: unknown }): Result {
  const { trouble, detail } = refusalOfError(error);
  if (error instanceof ConnectionTestError) {
    const { reason, fact } = error;
    return { ok: false, detail, reason, ...(fact !== undefined && { fact }) };
  }
  return { ok: false, detail, reason: trouble, ...(typeof error.code === 'string' && { fact: error.code }) };
}

function describe(step: StepName, ms: number, result: Result, test: ConnectionTest): ConnectionTestStep {
  const certificate = step === 'tls' ? test.certificate : undefined;
  const { fact } = result;
  const issued =
    certificate && result.ok ? `, issuer ${certificate.issuer}, valid to ${certificate.validTo}` : '';
  return {
    step,
    ...result,
    detail: printable(result.detail + issued, MAX_DETAIL),
    ...(fact !== undefined && { fact: printable(fact, MAX_DETAIL) }),
    ...(certificate && { certificate }),
    ms,
  };
}

/** `reached` rejects when the time is up or the signal aborts. */
function endOf(test: ConnectionTest) {
  const { timeout, signal } = test;
  let end: (error: ConnectionTestError) => void = () => undefined;
  const reached = new Promise<never>((_, reject) => {
    end = reject;
  });
  const timer = setTimeout(() => {
    const late: Refusal = { trouble: 'timeout', detail: 'no answer in time' };
    const loggingIn = test.connection !== undefined && test.connected === undefined;
    const { trouble, detail } = loggingIn ? nameSwappedPort(test.endpoint, late) : late;
    end(new ConnectionTestError(trouble, detail));
  }, timeout);
  const giveUp = () => end(new ConnectionTestError('lost', 'the test was given up'));
  signal?.addEventListener('abort', giveUp);
  if (signal?.aborted) giveUp();
  const cancel = () => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', giveUp);
  };
  return { reached, cancel };
}
