import { inspect } from 'node:util';
import type { NodeAPI } from 'node-red';
import type { EztError } from '../../cloud';

/** Sets the message of `error` in the language of the server, if the catalogue has it. */
export function translate(RED: NodeAPI, error: EztError): EztError {
  const key = `eztcloud.error.${error.reason}`;
  const sentence = RED._(key, { ...error.params });
  if (typeof sentence === 'string' && sentence !== '' && !sentence.includes(key)) error.message = sentence;
  return error;
}

/** What a `catch` caught, as an error. JSONata throws objects without a class: `{ code, message, position, … }`. */
export function asError(caught: unknown): Error {
  if (caught instanceof Error) return caught;
  if (typeof caught !== 'object' || caught === null) return new Error(String(caught));
  const { code, message, position } = caught as Record<string, unknown>;
  if (typeof message !== 'string') return new Error(inspect(caught, { depth: 1, breakLength: Infinity }));
  const before = typeof code === 'string' ? `${code}: ` : '';
  const after = typeof position === 'number' ? ` (position ${position})` : '';
  return new Error(before + message + after);
}
