import type { DeviceMemory, KnownDevice } from '../devices/known-device';
import type { Aliases } from '../protocol/aliases';
import type { Envelope, ValueMessage } from '../protocol/device-message';
import type { EztError } from '../protocol/errors';
import type { LastSent, Listener, OwnPush, Receiver } from '../subscriptions/listener';
import { contentOf, deliver } from './delivery';
import { type KnownOf, tellKnown } from './known-messages';
import type { RecentMessage, RecentMessages } from './recent-messages';

/** What a listener wants and how: its receiver has no callbacks yet. */
export type Wish = Omit<Listener, 'receiver' | 'observe' | 'unshared'> & {
  receiver: Omit<Receiver, 'onMessage' | 'onMalformed'>;
};

/** What a listener would have got last, and for which received message. */
export type Preview = { of: RecentMessage } & (
  | { is: 'messages'; messages: ValueMessage[] }
  | { is: 'malformed'; error: EztError }
  /** Only the beginning of its payload is kept, so it cannot be decoded. */
  | { is: 'cut' }
);

export interface PreviewOf {
  /** The project's label. */
  project: string;
  nameOf: Aliases['nameOf'];
}

/**
 * The last of the `recent` messages that `wish` would have got, made by what makes them for a flow. With `changes` all of
 * them are gone through, so that what has not changed is left out, and `previous` is right.
 */
export function previewOf(recent: RecentMessages, of: PreviewOf, wish: Wish): Preview | undefined {
  recent.lookAt(wish.devices);
  const wanted = recent.newest(wish.channels).filter(wants(wish));
  const { changes } = wish.receiver;
  if (!changes) {
    for (const message of wanted) {
      const preview = previewFor(message, of, wish.receiver);
      if (preview) return preview;
    }
    return undefined;
  }
  const receiver = { ...wish.receiver, changes: { ...changes, sent: new Map<string, LastSent>() } };
  let last: Preview | undefined;
  for (const message of wanted.reverse()) last = previewFor(message, of, receiver) ?? last;
  return last;
}

/** What a listener that asks for it is told first: of the device that was heard last, if anything is known of it. */
export function knownPreviewOf(
  memory: Pick<DeviceMemory, 'get' | 'latest'>,
  { project, projectKey, nameOf }: PreviewOf & Pick<KnownOf, 'projectKey'>,
  { devices, channels, receiver }: Wish,
): ValueMessage[] {
  const known = devices.length === 0 ? memory.latest(1) : devices.map((device) => memory.get(device));
  const latest = known.reduce<KnownDevice | undefined>(
    (a, b) => ((b?.lastSeen ?? 0) > (a?.lastSeen ?? 0) ? b : a),
    undefined,
  );
  const messages: ValueMessage[] = [];
  if (!latest) return messages;
  const taker: Receiver = {
    ...receiver,
    changes: undefined,
    onMessage: (message) => void messages.push(message),
    onMalformed: () => undefined,
  };
  tellKnown({ project, projectKey, names: () => nameOf }, taker, channels, latest);
  return messages;
}

function wants({ devices, streams }: Wish): (message: RecentMessage) => boolean {
  const wanted = new Set(devices);
  return ({ device, stream }) =>
    (wanted.size === 0 || wanted.has(device)) &&
    (stream === undefined || streams.length === 0 || streams.includes(stream));
}

function previewFor(of: RecentMessage, from: PreviewOf, wish: Wish['receiver']): Preview | undefined {
  if (of.own && wish.own === 'drop') return undefined;
  if (!of.complete) return { is: 'cut', of };
  const messages: ValueMessage[] = [];
  let malformed: EztError | undefined;
  const receiver: Receiver = {
    ...wish,
    onMessage: (message) => void messages.push(message),
    onMalformed(error) {
      malformed = error;
    },
  };
  const own: OwnPush | undefined = of.own ? { device: of.device, loopDepth: 0 } : undefined;
  const content = contentOf(of.type, of.body, () => own);
  deliver(envelopeOf(of, from), of.body, [receiver], content);
  if (malformed) return { is: 'malformed', of, error: malformed };
  return messages.length > 0 ? { is: 'messages', of, messages } : undefined;
}

function envelopeOf(of: RecentMessage, { project, nameOf }: PreviewOf): Envelope {
  const { topic, device, timestamp, qos, retain, type, stream } = of;
  const name = nameOf(device);
  return {
    ...{ topic, device, project, timestamp, qos, retain, type },
    ...(name !== undefined && { name }),
    ...(stream !== undefined && { stream }),
  };
}
