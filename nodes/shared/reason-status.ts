import type { NodeAPI, NodeStatus } from 'node-red';

/** A status with a translated text: Status nodes and subflows pass the text on as it is. */
export interface ReasonStatus extends NodeStatus {
  /** The same in every language, e.g. `credentials`. */
  reason: string;
}

/**
 * A red ring with the text of the first of `reasons` that the catalogue has, in the language of the runtime. `queued`: the
 * number of messages that wait.
 */
export function reasonStatus(
  RED: NodeAPI,
  reasons: readonly [string, ...string[]],
  queued = 0,
): ReasonStatus {
  const [reason] = reasons;
  const text = reasons.map((each) => shortText(RED, each)).find((each) => each !== undefined) ?? reason;
  const count = queued > 0 ? ` · ${RED._('eztcloud.status.queued')} ${queued}` : '';
  return { fill: 'red', shape: 'ring', text: text + count, reason };
}

function shortText(RED: NodeAPI, reason: string): string | undefined {
  const key = `eztcloud.reason.${reason}`;
  const text = RED._(key);
  return text.includes(key) ? undefined : text;
}
