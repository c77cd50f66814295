/** What one mocha process found. Its reporter writes it as JSON into the file that `TEST_SUMMARY` names. */
export interface Summary {
  passed: number;
  /** Failed hooks included. */
  failed: number;
  skipped: number;
  /** Full titles of what failed. */
  failures: string[];
  /** Why tests were skipped, and how many. */
  reasons: Record<string, number>;
  /** By file: ms that its tests and hooks took. */
  times: Record<string, number>;
  /** Files, as given to mocha, that have tests. */
  files: string[];
}

/** The summaries of processes that ran side by side, as one. */
export function together(summaries: readonly Summary[]): Summary {
  const sum: Summary = { passed: 0, failed: 0, skipped: 0, failures: [], reasons: {}, times: {}, files: [] };
  for (const { passed, failed, skipped, failures, reasons, times, files } of summaries) {
    sum.passed += passed;
    sum.failed += failed;
    sum.skipped += skipped;
    sum.failures.push(...failures);
    for (const [why, count] of Object.entries(reasons)) sum.reasons[why] = (sum.reasons[why] ?? 0) + count;
    Object.assign(sum.times, times);
    sum.files.push(...files);
  }
  return sum;
}

/**
 * The last lines of a run: what was skipped and why, and the line that CI reads, alone:
 * `N passed, N failed, N skipped`.
 */
export function closingLines({ passed, failed, skipped, reasons }: Summary): string {
  const lines = Object.entries(reasons).map(
    ([why, count]) => `Skipped: ${why}: ${count} ${count === 1 ? 'test' : 'tests'}`,
  );
  if (lines.length === 0) lines.push('Skipped: nothing');
  lines.push(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  return `${lines.join('\n')}\n`;
}
