import should from 'should';
import { CHANNELS } from '../../../cloud/protocol/topics';
import { envelopeOf, type Incoming, isFromDevice } from '../../../cloud/receive/incoming';

describe('an incoming message', () => {
  const incoming = (more: Partial<Incoming['topic']> = {}): Incoming => ({
    connection: {} as Incoming['connection'],
    received: { topic: 'open/PR_1/DU_1/data/s1', qos: 1, retain: true } as Incoming['received'],
    topic: { device: 'DU_1', channel: 'attributes', ...more },
    timestamp: 5,
    answered: false,
  });

  it('has an alias and a stream only where there are some', () => {
    const known = {
      topic: 'open/PR_1/DU_1/data/s1',
      device: 'DU_1',
      project: 'P',
      timestamp: 5,
      qos: 1,
      retain: true,
    };
    should(envelopeOf(incoming(), 'P')).deepEqual({ ...known, type: 'attributes' });
    should(envelopeOf(incoming(), 'P', () => undefined)).deepEqual({ ...known, type: 'attributes' });
    const nameOf = (device: string) => `alias of ${device}`;
    should(envelopeOf(incoming({ channel: 'data', stream: 's1' }), 'P', nameOf)).deepEqual({
      ...known,
      type: 'data',
      name: 'alias of DU_1',
      stream: 's1',
    });
  });

  it('is from the device itself, but for alarms and that it is offline', () => {
    const from = (payload: unknown) =>
      CHANNELS.filter((channel) => isFromDevice({ device: 'DU_1', channel }, payload));
    const others = CHANNELS.filter((channel) => channel !== 'alarm' && channel !== 'online');
    for (const payload of [undefined, null, [], { online: false }, { online: 'true' }, { alerting: true }])
      should(from(payload)).deepEqual(others);
    should(from({ online: true })).deepEqual(CHANNELS.filter((channel) => channel !== 'alarm'));
  });
});
