import type { KnownDevice } from '../../../cloud/devices/known-device';

/** A device as the memory knows it; `attributes`: their values, each come at 500. */
export function knownDevice({
  attributes = {},
  ...known
}: Partial<Omit<KnownDevice, 'attributes'>> & { attributes?: object } = {}): KnownDevice {
  const rows = Object.entries(attributes).map(
    ([name, value]) => [name, { value: value as unknown, at: 500, previous: undefined }] as const,
  );
  return {
    device: 'DU_1',
    lastSeen: 1_000,
    online: null,
    onlineAt: null,
    alarm: null,
    alarmAt: null,
    streams: [],
    events: [],
    commands: [],
    lastData: [],
    ...known,
    attributes: new Map(rows),
  };
}

/** Nobody has a name; `DU_1` has the tags. */
export const labels = (...tags: string[]) => ({
  nameOf: () => undefined,
  tagsOf: (device: string) => (device === 'DU_1' ? tags : []),
});
