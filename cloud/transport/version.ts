import type { ProtocolVersion } from './connection-options';
import type { Refusal, Trouble } from './reason-codes';

/** Which MQTT version the next attempt uses: 5, and 3.1.1 only right after 5 has failed. */
export interface VersionChoice {
  readonly version: ProtocolVersion;
  /** 3.1.1 is used because the broker hung up on 5. A broker that is about to restart does that, too. */
  readonly guessed: boolean;
  /** The connection came up. */
  connected(): void;
  /** An attempt failed, or a connection ended. Returns `true` when 3.1.1 is to be tried at once. */
  ended(refusal: Refusal, wasConnected: boolean): boolean;
  /** The broker does know 5. */
  upgrade(): void;
}

/** Hang-ups in a row until 3.1.1 is tried: a broker that does not know 5 may hang up, and one that is restarting does. */
const HANG_UPS = 2;

/** Reasons that come in a CONNACK only, so from a broker that knows MQTT 5 if 5 was asked for. */
const CONNACK: ReadonlySet<Trouble> = new Set<Trouble>([
  'credentials',
  'unauthorized',
  'banned',
  'clientId',
  'busy',
  'moved',
  'packetSize',
]);

/** Whether an attempt with MQTT 5 that ended like this (`undefined`: it connected) shows that the broker speaks it. */
export const provesVersion5 = (refusal: Refusal | undefined): boolean =>
  refusal === undefined || CONNACK.has(refusal.trouble);

export function chooseVersion(protocol: 'auto' | '5' | '3.1.1'): VersionChoice {
  let version: ProtocolVersion = protocol === '3.1.1' ? 4 : 5;
  let guessed = false;
  let hangUps = 0;
  return {
    get version() {
      return version;
    },
    get guessed() {
      return version === 4 && guessed;
    },
    connected() {
      if (version === 5) hangUps = 0;
    },
    ended({ trouble }, wasConnected) {
      if (protocol !== 'auto') return false;
      if (version === 4 || wasConnected) {
        version = 5;
        return false;
      }
      if (trouble === 'lost') hangUps += 1;
      else if (trouble !== 'protocol') hangUps = 0;
      if (trouble !== 'protocol' && hangUps < HANG_UPS) return false;
      guessed = trouble !== 'protocol';
      version = 4;
      return true;
    },
    upgrade() {
      version = 5;
      hangUps = 0;
    },
  };
}
