import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export interface ExampleNode {
  id: string;
  type: string;
  name?: string;
  z?: string;
  wires?: string[][];
  credentials?: Record<string, string>;
  [property: string]: unknown;
}

export interface Example {
  file: string;
  nodes: ExampleNode[];
}

const DIRECTORY = resolve(__dirname, '../../../examples');

/** Every example that is shipped. */
export const examples: readonly Example[] = readdirSync(DIRECTORY)
  .filter((file) => file.endsWith('.json'))
  .map((file) => ({ file, nodes: JSON.parse(readFileSync(join(DIRECTORY, file), 'utf8')) }));

export function example(file: string): Example {
  const found = examples.find((each) => each.file === file);
  if (!found) throw new Error(`No example ${file}`);
  return found;
}

/** The node called `name`. */
export function named({ file, nodes }: Example, name: string): ExampleNode {
  const found = nodes.find((node) => node.name === name);
  if (!found) throw new Error(`${file} has no node called ${name}`);
  return found;
}

/** The nodes of `examples` in one flow, as after importing one after the other: the same config node only once. */
export const together = (...all: readonly Example[]): ExampleNode[] => [
  ...new Map(all.flatMap(({ nodes }) => nodes).map((node) => [node.id, node])).values(),
];
