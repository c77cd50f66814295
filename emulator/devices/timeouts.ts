import type { Behaviour, Device, Kind } from './device';

/** Reports at every fifth interval only: what these devices are for is silence. */
const alive = (device: Device): Pick<Behaviour, 'tick'> => ({
  tick: (count) => count % 5 === 0 && device.send('attributes', { uptime: count }),
});

/** Takes commands and never answers. */
export const silent: Kind = {
  username: 'DU_silent0001',
  behave: (device) => ({ ...alive(device), replyDelay: Number.POSITIVE_INFINITY }),
};

/** Answers `replyDelay` ms after the command. */
export const tardy = (replyDelay: number): Kind => ({
  username: 'DU_tardy00001',
  behave: (device) => ({
    ...alive(device),
    replyDelay,
    commands: { ping: () => ({ pong: true }) },
  }),
});
