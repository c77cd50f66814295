import type { Trouble } from './trouble';

/** Why a step of a connection test failed. Each has a short text in the catalogue, and one that says what to do next. */
export type ConnectionTestFailure =
  | Trouble
  | 'subscription'
  | 'quota'
  | 'noShared'
  | 'noWildcards'
  | 'devicePort';

/** A failure that is not an error of the socket. */
export class ConnectionTestError extends Error {
  constructor(
    readonly reason: ConnectionTestFailure,
    detail: string,
    /** The part of the detail that is the same in every language. */
    readonly fact?: string,
  ) {
    super(detail);
  }
}
