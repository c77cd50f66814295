import { MIGRATION_STEPS, type Properties } from './steps';

/** Whether it is a type of this palette. */
export const isOurs = (type: string): boolean => Object.hasOwn(MIGRATION_STEPS, type);

/** The version in which nodes of `type` are saved now. */
export const currentVersion = (type: string): number => (MIGRATION_STEPS[type]?.length ?? 0) + 1;

/** The version in which `properties` were saved: 1 where they do not say, as at first. */
export function savedVersion({ version }: Properties): number {
  const saved = typeof version === 'number' || typeof version === 'string' ? Number(version) : 1;
  return Number.isInteger(saved) && saved > 1 ? saved : 1;
}

/**
 * The properties of a node of `type` as this version of the palette saves them; those of a later one unchanged. The runtime
 * and the editor both take it, so a flow of an earlier version runs before it has been opened.
 */
export function migrate<P extends Properties>(type: string, properties: P): P {
  const steps = MIGRATION_STEPS[type]?.slice(savedVersion(properties) - 1) ?? [];
  if (steps.length === 0) return properties;
  const migrated = steps.reduce<Properties>((last, step) => step(last), properties);
  return { ...migrated, version: currentVersion(type) } as unknown as P;
}
