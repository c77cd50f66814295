import type { Kind } from './device';

// Counts of intervals; the seconds are those of the default interval, 2 s.

const TALKING = 15;
const QUIET = 30;

/**
 * Reports every 4 s for half a minute, then says nothing for a minute, online all the while: no report, no reply.
 * Then it begins again.
 */
export const quiet: Kind = {
  username: 'DU_quiet00001',
  behave(device) {
    let talking = true;
    return {
      tick(count) {
        const phase = count % (TALKING + QUIET);
        talking = phase < TALKING;
        if (talking && phase % 2 === 0) device.send('attributes', { wind: 3 + (phase % 7), rain: false });
      },
      answers: () => talking,
      commands: { ping: () => ({ pong: true }) },
    };
  },
};

/** On line for 4 s, offline for 4 s, and so on; reports when it comes. */
export const flapper: Kind = {
  username: 'DU_flapper001',
  behave(device) {
    return {
      tick(count) {
        if (count % 4 === 1) device.goOffline();
        if (count % 4 !== 3) return;
        device.goOnline();
        device.send('attributes', { temperature: 11, reconnects: Math.ceil(count / 4) });
      },
      commands: { ping: () => ({ pong: true }) },
    };
  },
};

const AWAKE = 5;
const PERIOD = 30;

/**
 * A meter on a battery: online and heard for ten seconds of each minute, offline otherwise. While it is awake it
 * answers at once; what is sent to it while it sleeps is lost, because the platform keeps nothing for it.
 */
export const sleeper: Kind = {
  username: 'DU_sleeper001',
  behave(device) {
    let volume = 1000;
    return {
      tick(count) {
        // It starts awake, and the first interval ends with count 0.
        const elapsed = (count + 1) % PERIOD;
        if (elapsed === AWAKE) device.goOffline();
        if (elapsed === 0) device.goOnline();
        if (!device.online()) return;
        volume += 1;
        device.send('attributes', { volume, battery: 87 });
      },
      commands: { read: () => ({ volume }), ping: () => ({ pong: true }) },
    };
  },
};
