import { isSharedIdentifier } from '../subscriptions/filters';
import type { Received } from '../transport/publish-packets';

/**
 * With a shared-subscription group two copies of a message may come: one for the group, and one for those listeners that
 * share nothing. Without a group, or where no identifier tells, any copy is for everybody.
 */
export function copies(grouped: boolean) {
  return {
    isShared: ({ identifiers }: Received): boolean => grouped && identifiers.some(isSharedIdentifier),
    isFor: ({ identifiers }: Received, unshared: boolean): boolean =>
      !grouped ||
      identifiers.length === 0 ||
      identifiers.some((identifier) => isSharedIdentifier(identifier) !== unshared),
  };
}
