/** How many messages or commands each owner has pending. */
export interface OwnerCounts {
  add(owner: object | undefined, difference: number): void;
  of(owner: object): number;
}

export function createOwnerCounts(): OwnerCounts {
  const counts = new Map<object, number>();
  return {
    add(owner, difference) {
      if (!owner) return;
      const now = (counts.get(owner) ?? 0) + difference;
      if (now === 0) counts.delete(owner);
      else counts.set(owner, now);
    },
    of: (owner) => counts.get(owner) ?? 0,
  };
}
