import { toPayload } from '../messages';
import type { DeviceSession, Platform } from '../platform';

/** Milliseconds; short enough for the reports to come evenly, as those of devices that know nothing of each other. */
const STEP = 20;

/**
 * `count` devices that do nothing but report, `rate` times a second each, from one timer; returns what stops them.
 */
export function playCrowd(platform: Platform, count: number, rate: number): () => void {
  const sessions: DeviceSession[] = Array.from({ length: count }, (_, i) =>
    platform.connect(`DU_sim${String(i + 1).padStart(7, '0')}`, () => undefined),
  );
  const started = performance.now();
  let sent = 0;
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - started) / 1000) * rate * count);
    for (; sent < due; sent++) {
      const report = { value: Math.round(Math.random() * 1000) / 10, count: Math.floor(sent / count) };
      sessions[sent % count]?.publish('attributes', toPayload(report));
    }
  }, STEP);
  return () => {
    clearInterval(timer);
    for (const session of sessions) session.close();
  };
}
