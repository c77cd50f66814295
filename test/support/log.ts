import helper from 'node-red-node-test-helper';

/** What the node `id` has written to Node-RED's log at `level` since the flow was loaded, oldest first. */
export function logOf(id: string, level: 'error' | 'warn' | 'info'): string[] {
  const { ERROR, WARN, INFO } = helper.log();
  const wanted = { error: ERROR, warn: WARN, info: INFO }[level];
  return helper
    .log()
    .args.map(([entry]) => entry)
    .filter((entry) => entry.id === id && entry.level === wanted)
    .map(({ msg }) => (msg instanceof Error ? msg.message : String(msg)));
}
