import { inspect } from 'node:util';
import type { NodeAPI } from 'node-red';
import type { EztError } from '../../cloud';
import { inLanguage } from '../../cloud/protocol/phrases';

/** Sets the message of `error` in the language of the server, if the catalogue has it. */
export function translate(RED: NodeAPI, error: EztError): EztError {
  const look = (name: string, params: EztError['params']): string | undefined => {
    const key = `eztcloud.${name}`;
    const text: unknown = RED._(key, { ...params });
    return typeof text === 'string' && text !== '' && !text.includes(key) ? text : undefined;
  };
  const params = inLanguage(error.params, (key, values) => look(`phrase.${key}`, values));
  error.message = look(`error.${error.reason}`, params) ?? error.message;
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
