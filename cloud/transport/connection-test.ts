import { printable } from '../protocol/printable';
import {
  type ConnectionTest,
  ConnectionTestError,
  type ConnectionTestOptions,
  type ConnectionTestStep,
  STEPS,
} from './connection-test-steps';
import { MAX_DETAIL, type Refusal, refusalOfError } from './reason-codes';
import { nameSwappedPort } from './swapped-port';

/** Tests a connection step by step, up to the first failure, and closes everything. Never rejects. */
export async function testConnection(options: ConnectionTestOptions): Promise<ConnectionTestStep[]> {
  const test: ConnectionTest = { ...options };
  const end = endOf(test);
  const steps: ConnectionTestStep[] = [];
  for (const [step, run] of STEPS) {
    const start = Date.now();
    const result = await Promise.race([end.reached, run(test)]).then(
      (detail) => ({ ok: true, detail }),
      (error: Error) => {
        const { trouble, detail } = refusalOfError(error);
        return { ok: false, detail, reason: error instanceof ConnectionTestError ? error.reason : trouble };
      },
    );
    const detail = printable(result.detail, MAX_DETAIL);
    steps.push({ step, ...result, detail, ms: Date.now() - start });
    if (!result.ok) break;
  }
  end.cancel();
  test.tcp?.destroy();
  await test.connection?.close(false);
  return steps;
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
