/** What Node-RED and the emulator that it has started as a child process tell each other. */

/** The project of every emulator. */
export const PROJECT_KEY = 'PR_emulator01';

/** To run the bundle as a child process, instead of the command: its first argument. */
export const CHILD = '--child';

export interface Ports {
  port: number;
  wssPort: number;
}

export type ToChild =
  /** Its first message. `secrets`: SHA-256 of each project secret that is accepted. Without `ports` it takes free ones. */
  | { do: 'start'; directory: string; ports?: Ports; secrets: string[] }
  | { do: 'accept'; secrets: string[] }
  | { do: 'stop' };

export type FromChild =
  /** `ca`: the certificate authority to trust, PEM. `devices`: usernames of those that report by themselves. */
  | ({ is: 'running'; ca: string; devices: string[] } & Ports)
  /** It ends then. `port`: the one that is taken. */
  | { is: 'failed'; detail: string; port?: number }
  /** How many applications are connected. */
  | { is: 'connections'; count: number };
