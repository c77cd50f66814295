import { EztError } from '../../../cloud/protocol/errors';

/** Lets whatever hangs on settled promises happen. */
export const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** The `EztError` that `promise` rejects with. */
export async function rejection(promise: Promise<unknown>): Promise<EztError> {
  const error = await promise.then(
    () => new Error('resolved'),
    (reason: unknown) => reason,
  );
  if (error instanceof EztError) return error;
  throw error;
}
