import { EztError } from '../../cloud';

/** The `EztError` that `action` throws; fails if it throws nothing or something else. */
export function refusalOf(action: () => unknown): EztError {
  try {
    action();
  } catch (error) {
    if (error instanceof EztError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}
