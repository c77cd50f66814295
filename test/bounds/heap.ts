import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Bytes of the heap and of buffers that are in use after a collection. */
export function used(): number {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

export const MB = 1024 * 1024;
export const inMB = (bytes: number) => `${(bytes / MB).toFixed(1)} MB`;

/** Adds a measured figure to the title of the running test, where the report shows it. */
export function figure(context: Mocha.Context, text: string): void {
  if (context.test) context.test.title += `: ${text}`;
}
