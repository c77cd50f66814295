import type { ProxyTrouble } from './trouble';

/** A proxy gave no connection. The message never holds its credentials. */
export class ProxyError extends Error {
  /** `code`: of the socket, or `HTTP` and the status. */
  constructor(
    readonly trouble: ProxyTrouble,
    message: string,
    readonly code?: string,
  ) {
    super(message);
    this.name = 'ProxyError';
  }
}
