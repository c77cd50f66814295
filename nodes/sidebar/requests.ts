import { isRecord } from '../editor/records';

/** Milliseconds after which a request is given up. */
const TIMEOUT = 15_000;

/** Why there is no answer; each has a text in the catalogue. */
export type Failure = 'notAllowed' | 'notDeployed' | 'unreachable';

export class NoAnswer extends Error {
  constructor(readonly failure: Failure) {
    super(failure);
  }
}

/** Asks an admin route. Rejects with {@link NoAnswer}. `query`: what is empty is left out. */
export async function ask<T>(
  route: string,
  query: Record<string, string | number>,
  read: (answer: Record<string, unknown>) => T,
): Promise<T> {
  const data = Object.fromEntries(Object.entries(query).filter(([, value]) => value !== '' && value !== 0));
  let answer: unknown;
  try {
    answer = await $.ajax({
      url: `eztcloud/${route}`,
      data,
      dataType: 'json',
      cache: false,
      timeout: TIMEOUT,
    });
  } catch (xhr) {
    throw new NoAnswer(failureOf(isRecord(xhr) ? Number(xhr.status) : 0));
  }
  if (!isRecord(answer)) throw new NoAnswer('unreachable');
  return read(answer);
}

function failureOf(status: number): Failure {
  if (status === 401 || status === 403) return 'notAllowed';
  return status === 404 ? 'notDeployed' : 'unreachable';
}

/** The objects in a list of an answer. */
export const rowsOf = (list: unknown): Record<string, unknown>[] =>
  Array.isArray(list) ? list.filter(isRecord) : [];

export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
export const numberOf = (value: unknown): number => (typeof value === 'number' ? value : 0);
/** A time or a flag that may be unknown. */
export const timeOf = (value: unknown): number | null => (typeof value === 'number' ? value : null);
export const flagOf = (value: unknown): boolean | null => (typeof value === 'boolean' ? value : null);
export const textsOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
