import type { NodeAPI } from 'node-red';
import type { EztError } from '../../cloud';

/** The same error in the language of the server, if the catalogue has it. */
export function translate(RED: NodeAPI, error: EztError): EztError {
  const key = `eztcloud.error.${error.reason}`;
  const sentence = RED._(key, { ...error.params });
  if (typeof sentence === 'string' && sentence !== '' && !sentence.includes(key)) error.message = sentence;
  return error;
}

/** What a `catch` caught, as an error. */
export const asError = (caught: unknown): Error =>
  caught instanceof Error ? caught : new Error(String(caught));
