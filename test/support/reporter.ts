import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import Mocha from 'mocha';
import { closingLines, type Summary } from '../run/summary';
import { whySkipped } from './machine';

/**
 * Mocha's `spec`, followed by what was skipped and why, and by the line that CI reads:
 * `N passed, N failed, N skipped`. Failed hooks count as failed. A run that dies earlier never prints that line.
 * Where `TEST_SUMMARY` names a file, all that goes there instead: this is one of several processes (`test/run`).
 */
export default class Reporter extends Mocha.reporters.Spec {
  private readonly reasons: Record<string, number> = {};
  private readonly failed: string[] = [];
  private readonly times: Record<string, number> = {};
  private readonly files = new Set<string>();
  private readonly file = process.env.TEST_SUMMARY;

  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    delete process.env.TEST_SUMMARY; // of this process, not of those that tests start
    runner.on('pending', (test) => {
      const reason = whySkipped(test);
      this.reasons[reason] = (this.reasons[reason] ?? 0) + 1;
    });
    runner.on('fail', (test) => this.failed.push(test.fullTitle()));
    runner.suite.eachTest(({ file }) => {
      if (file !== undefined) this.files.add(file);
    });
    this.noteTimes(runner);
  }

  /** A file's time ends where its last suite does: hooks count, too. */
  private noteTimes(runner: Mocha.Runner): void {
    let begun = performance.now();
    runner.on('suite end', ({ file, parent }) => {
      if (!parent?.root || file === undefined) return;
      const name = relative('dist/test', file);
      const now = performance.now();
      this.times[name] = (this.times[name] ?? 0) + Math.round(now - begun);
      begun = now;
    });
  }

  override epilogue(): void {
    super.epilogue();
    const { passes: passed, failures: failed, pending: skipped } = this.stats;
    const summary: Summary = {
      passed,
      failed,
      skipped,
      failures: this.failed,
      reasons: this.reasons,
      times: this.times,
      files: [...this.files],
    };
    if (this.file) writeFileSync(this.file, JSON.stringify(summary));
    else process.stdout.write(closingLines(summary));
  }
}
