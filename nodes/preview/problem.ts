import type { NodeAPI } from 'node-red';
import { EztError } from '../../cloud';
import { asError, translate } from '../shared/texts';

/** An error as a form gets it. */
export interface Problem {
  /** Of {@link EztError}, as the next two. */
  code?: string;
  /** The key of its text in the catalogue of the editor, and what that is filled with. */
  reason?: string;
  params?: EztError['params'];
  /** In the language of the runtime. */
  message: string;
}

const LONGEST = 1_000;

export function problemOf(RED: NodeAPI, caught: unknown): Problem {
  if (!(caught instanceof EztError)) return { message: asError(caught).message.slice(0, LONGEST) };
  const { code, reason, params } = caught;
  const short = Object.entries(params).map(([name, value]) => [
    name,
    typeof value === 'string' ? value.slice(0, LONGEST) : value,
  ]);
  return {
    code,
    reason,
    params: Object.fromEntries(short),
    message: translate(RED, caught).message.slice(0, LONGEST),
  };
}
