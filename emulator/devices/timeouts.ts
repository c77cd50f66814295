import type { Behaviour, Device, Kind } from './device';

/** Reports at every fifth interval only: what these devices are for is silence. */
const alive = (device: Device): Pick<Behaviour, 'tick'> => ({
  tick: (count) => count % 5 === 0 && device.send('attributes', { uptime: count }),
});

/** Takes commands and never answers. */
export const silent: Kind = {
  username: 'DU_silent0001',
  behave: (device) => ({ ...alive(device), answers: () => false }),
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

/** Attempts that wait for a second one; the oldest is forgotten first. */
const MAX_ATTEMPTS = 1000;

/** A valve that takes no notice of a command until the same id comes again; then that id is new once more. */
export const second: Kind = {
  username: 'DU_second0001',
  behave(device) {
    const heardOnce = new Set<string>();
    let open = false;
    const set = (wanted: boolean) => () => {
      open = wanted;
      device.later(0, () => device.send('attributes', { open }));
      return { open };
    };
    return {
      ...alive(device),
      answers(id) {
        const key = String(id);
        if (heardOnce.delete(key)) return true;
        const [oldest] = heardOnce;
        if (heardOnce.size >= MAX_ATTEMPTS && oldest !== undefined) heardOnce.delete(oldest);
        heardOnce.add(key);
        return false;
      },
      commands: { open: set(true), close: set(false), ping: () => ({ pong: true }) },
    };
  },
};
