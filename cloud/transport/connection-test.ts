import { printable } from '../protocol/printable';
import { type Probe, ProbeError, type ProbeOptions, type ProbeStep, STEPS } from './connection-test-steps';
import { MAX_DETAIL, type Refusal, refusalOfError } from './reason-codes';
import { nameSwappedPort } from './swapped-port';

/** Tries a connection step by step, up to the first that fails, and leaves nothing behind. Never rejects. */
export async function probeConnection(options: ProbeOptions): Promise<ProbeStep[]> {
  const probe: Probe = { ...options };
  const end = endOf(probe);
  const steps: ProbeStep[] = [];
  for (const [step, run] of STEPS) {
    const start = Date.now();
    const result = await Promise.race([end.reached, run(probe)]).then(
      (detail) => ({ ok: true, detail }),
      (error: Error) => {
        const { trouble, detail } = refusalOfError(error);
        return { ok: false, detail, reason: error instanceof ProbeError ? error.reason : trouble };
      },
    );
    const detail = printable(result.detail, MAX_DETAIL);
    steps.push({ step, ...result, detail, ms: Date.now() - start });
    if (!result.ok) break;
  }
  end.cancel();
  probe.tcp?.destroy();
  await probe.connection?.close(false);
  return steps;
}

/** `reached` rejects when the time is up or the signal says so. */
function endOf(probe: Probe) {
  const { timeout, signal } = probe;
  let end: (error: ProbeError) => void = () => undefined;
  const reached = new Promise<never>((_, reject) => {
    end = reject;
  });
  const timer = setTimeout(() => {
    const late: Refusal = { trouble: 'timeout', detail: 'no answer in time' };
    const loggingIn = probe.connection !== undefined && probe.connected === undefined;
    const { trouble, detail } = loggingIn ? nameSwappedPort(probe.endpoint, late) : late;
    end(new ProbeError(trouble, detail));
  }, timeout);
  const giveUp = () => end(new ProbeError('lost', 'the test was given up'));
  signal?.addEventListener('abort', giveUp);
  if (signal?.aborted) giveUp();
  const cancel = () => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', giveUp);
  };
  return { reached, cancel };
}
