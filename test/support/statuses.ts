import helper from 'node-red-node-test-helper';
import { until } from './events';

export interface Status {
  fill?: string;
  shape?: string;
  text?: string;
  /** Of a refusal or a problem: the same in every language. */
  reason?: string;
  /** Of a message that has failed. */
  code?: string;
}

const history = new Map<string, Status[]>();

helper._events.on('node-status', ({ id, status }: { id: string; status?: Status }) => {
  const list = history.get(id) ?? [];
  list.push(status ?? {});
  history.set(id, list);
});

/** Every status that the node `id` has shown since `forgetStatuses`, oldest first. */
export const statuses = (id: string): readonly Status[] => history.get(id) ?? [];

export const forgetStatuses = (): void => history.clear();

export const CONNECTING = { fill: 'yellow', shape: 'ring', text: 'node-red:common.status.connecting' };
export const CONNECTED = { fill: 'green', shape: 'dot', text: 'node-red:common.status.connected' };
export const DISCONNECTED = { fill: 'red', shape: 'ring', text: 'node-red:common.status.disconnected' };

/** Waits until the node `id` shows a status that fits `wanted`, and resolves with it. */
export function shows(id: string, wanted: Status | ((status: Status) => boolean), timeout = 5000) {
  const fits = (status: Status) =>
    typeof wanted === 'function'
      ? wanted(status)
      : status.fill === wanted.fill && status.shape === wanted.shape && status.text === wanted.text;
  return until(
    () => {
      const last = statuses(id).at(-1);
      if (last && fits(last)) return last;
      throw new Error(`It shows ${JSON.stringify(statuses(id))}`);
    },
    timeout,
    `the status of ${id}${typeof wanted === 'function' ? '' : ` to be ${wanted.text}`}`,
  );
}

/** Whether it shows how a message has ended, as it does for some seconds while the connection is well. */
const isOutcome = ({ code, text = '' }: Status): boolean =>
  code !== undefined || /\bsent \d\d:\d\d:\d\d$/.test(text);

/** Waits until the node `id` is connected, whatever it shows of its messages. */
export const connected = (id: string, timeout = 5000): Promise<Status> =>
  until(
    () => {
      const last = statuses(id).at(-1);
      if (last && (isOutcome(last) || last.text === CONNECTED.text)) return last;
      throw new Error(`It shows ${JSON.stringify(statuses(id))}`);
    },
    timeout,
    `${id} to be connected`,
  );
