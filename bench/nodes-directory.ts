import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory } from '../test/support/cleanup';

/** The benchmark's own node types, by file. */
const FILES = { control: ['bench-sink', 'bench-source'], bare: ['bare-in', 'bare-request'] };
let directory: string | undefined;

/** A directory for Node-RED's `nodesDir`: Node-RED wants an HTML file beside each script. */
export function nodesDirectory(): string {
  if (directory !== undefined) return directory;
  directory = temporaryDirectory('nodes');
  mkdirSync(directory, { recursive: true });
  for (const [file, types] of Object.entries(FILES)) {
    const built = JSON.stringify(join(__dirname, 'nodes', `${file}.js`));
    const forms = types.map((type) => `<script type="text/html" data-template-name="${type}"></script>`);
    writeFileSync(join(directory, `${file}.js`), `module.exports = require(${built});\n`);
    writeFileSync(join(directory, `${file}.html`), `${forms.join('\n')}\n`);
  }
  return directory;
}
