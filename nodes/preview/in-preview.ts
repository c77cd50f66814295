import type { NodeAPI } from 'node-red';
import {
  askedFilters,
  knownPreviewOf,
  type Preview,
  previewOf,
  shownPayload,
  type ValueMessage,
} from '../../cloud';
import { type InSettings, inSettings } from '../ezt-in/settings';
import type { Project } from '../eztcloud-config/runtime';
import type { Raw } from '../shared/raw-settings';
import { type Problem, problemOf } from './problem';
import { shown, typeShown } from './shown';

/** What `ezt-in` would have sent last, with the settings of its form. */
export interface InPreview {
  /** Of the connection; `idle` while no deployed node uses the project. */
  state: string;
  /** The first topic filters that the settings ask for, and how many there are. */
  filters: string[];
  filterCount: number;
  /** Whether the broker brings what the filters ask for. */
  served: boolean;
  /** Nothing has come yet that fits: `undefined`. */
  last: LastShown | undefined;
}

interface LastShown {
  /** Time of receipt, milliseconds since the epoch; milliseconds since then. */
  timestamp: number;
  age: number;
  device: string;
  /** Bytes as received; missing for what is known from before. */
  size?: number;
  /** The first messages that it makes, and how many there are. */
  messages?: { topic: string; payload: { type: string; text: string }; rest: string }[];
  count?: number;
  /** The flow gets no message but an error: why, and the payload as it came. */
  problem?: Problem;
  /** The payload is too large to be kept: its beginning. */
  beginning?: string;
}

/** The most filters and messages that are shown. */
const MOST = { filters: 10, messages: 10 };

/** Throws `EZT_CONFIG` and `EZT_DEVICE`, as the node would. */
export function inPreview(RED: NodeAPI, project: Project, raw: Raw): InPreview {
  const { client, settings: projectSettings, aliases } = project;
  const settings = inSettings(RED, raw, aliases);
  const { username = '', group = '' } = projectSettings ?? {};
  const { filters, served } = askedFilters(username, group, settings, client?.details().filters ?? {});
  const of = { project: client?.project ?? '', projectKey: username, nameOf: aliases.nameOf };
  const wish = wishOf(settings);
  const found = client && previewOf(client.recent, of, wish);
  const known = client && !found && settings.initial ? knownPreviewOf(client.memory, of, wish) : [];
  return {
    state: client?.state.is ?? 'idle',
    filters: filters.slice(0, MOST.filters),
    filterCount: filters.length,
    served,
    last: found ? lastShown(RED, found) : knownShown(known),
  };
}

function wishOf({ when, deadband, ...settings }: InSettings) {
  const changes = when === 'always' ? undefined : { deadband, sent: new Map() };
  return { ...settings, receiver: { ...settings, changes } };
}

function lastShown(RED: NodeAPI, preview: Preview): LastShown {
  const { timestamp, device, size, body, complete } = preview.of;
  const head = { timestamp, age: Math.max(0, Date.now() - timestamp), device, size };
  const beginning = () => shown(shownPayload(body, complete).payload);
  switch (preview.is) {
    case 'cut':
      return { ...head, beginning: beginning() };
    case 'malformed':
      return {
        ...head,
        problem: problemOf(RED, preview.error),
        beginning: shown(body.subarray(0, 1_000).toString()),
      };
    case 'messages':
      return { ...head, ...messagesShown(preview.messages) };
  }
}

/** What the flow is told first, as it is known from before. */
function knownShown(messages: readonly ValueMessage[]): LastShown | undefined {
  const [first] = messages;
  if (!first) return undefined;
  const { timestamp, age = 0, device } = first;
  return { timestamp, age, device, ...messagesShown(messages) };
}

const messagesShown = (messages: readonly ValueMessage[]) => ({
  messages: messages.slice(0, MOST.messages).map(messageShown),
  count: messages.length,
});

function messageShown({ topic, payload, ...rest }: ValueMessage) {
  return { topic, payload: { type: typeShown(payload), text: shown(payload) }, rest: shown(rest) };
}
