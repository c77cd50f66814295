import Mocha from 'mocha';
import { whySkipped } from './machine';

/**
 * Mocha's `spec`, followed by what was skipped and why, and by the line that CI reads:
 * `N passed, N failed, N skipped`. Failed hooks count as failed. A run that dies earlier never prints that line.
 */
export default class Reporter extends Mocha.reporters.Spec {
  private readonly skipped = new Map<string, number>();

  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    runner.on('pending', (test) => {
      const reason = whySkipped(test);
      this.skipped.set(reason, (this.skipped.get(reason) ?? 0) + 1);
    });
  }

  override epilogue(): void {
    super.epilogue();
    const { passes, failures, pending } = this.stats;
    const lines = [...this.skipped].map(([why, n]) => `Skipped: ${why}: ${n} ${n === 1 ? 'test' : 'tests'}`);
    if (lines.length === 0) lines.push('Skipped: nothing');
    lines.push(`${passes} passed, ${failures} failed, ${pending} skipped`);
    process.stdout.write(`${lines.join('\n')}\n`);
  }
}
