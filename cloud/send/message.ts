import type { Outgoing } from '../transport/publish-packets';

/** A message to be sent. */
export interface Message extends Outgoing {
  /**
   * A push of which only the newest value of each attribute is to wait while there is no connection: a later push
   * takes out what it sets anew.
   */
  readonly latest?: boolean;
  /** Milliseconds that the broker may hold it at most; by default until it expires here. */
  readonly lifetime?: number | undefined;
}
