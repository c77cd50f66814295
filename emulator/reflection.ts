/**
 * `@peculiar/x509` brings tsyringe, which refuses to load without the package `reflect-metadata` and then asks it
 * only for the constructor parameters of classes that have none. This says "none", and spares the package.
 */
if (!('getMetadata' in Reflect)) {
  const nothing = (): undefined => undefined;
  Object.assign(Reflect, { getMetadata: nothing, getOwnMetadata: nothing, defineMetadata: nothing });
}
