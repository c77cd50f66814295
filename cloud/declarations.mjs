// Writes the declarations that the package publishes as one file, without those of everything else in the same modules.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Puts what `file`, a `.d.ts` that only re-exports, stands on into it, and takes the other `.d.ts` of `directory` away. */
export function rollUp(file, directory) {
  const modules = new Map();
  const moduleOf = (path) => {
    if (!modules.has(path)) modules.set(path, read(path));
    return modules.get(path);
  };
  const taken = new Map();
  function take(path, name) {
    const { statements, imports } = moduleOf(path);
    const from = imports.get(name);
    if (from) return take(from, name);
    const statement = statements.get(name);
    if (!statement) return;
    if (taken.has(name) && taken.get(name) !== statement)
      throw new Error(`two declarations are called ${name}`);
    if (taken.has(name)) return;
    taken.set(name, statement);
    for (const [word] of withoutComments(statement).matchAll(/\b[A-Z]\w*/g)) take(path, word);
  }
  const { text, imports } = moduleOf(file);
  for (const [name, from] of imports) take(from, name);

  const [comment] = /^\/\*\*[\s\S]*?\*\/\n/.exec(text) ?? [''];
  const names = [...imports.keys()].join(', ');
  const declarations = [...taken.values()].map((statement) => statement.replace(/^export /m, ''));
  for (const name of readdirSync(directory, { recursive: true })) {
    if (name.endsWith('.d.ts')) rmSync(join(directory, name));
  }
  writeFileSync(file, `${comment}${declarations.join('')}export type { ${names} };\n`);
}

const withoutComments = (text) => text.replace(/\/\*[\s\S]*?\*\//g, '');

/** The top-level declarations of a module by name, each with its comment; and the names that it has from other modules. */
function read(path) {
  const text = readFileSync(path, 'utf8');
  const imports = new Map();
  for (const [, names, from] of text.matchAll(/^(?:im|ex)port (?:type )?\{([^}]*)\} from '(\.[^']+)'/gm)) {
    for (const [name] of names.replaceAll(/\btype /g, '').matchAll(/\w+/g)) {
      imports.set(name, join(dirname(path), `${from}.d.ts`));
    }
  }
  const statements = new Map();
  let comment = '';
  for (const part of text.split(/^(?=\/\*\*|export |declare |interface |type )/m)) {
    const [, name] =
      /^(?:export )?(?:declare )?(?:interface|type|class|const|function) (\w+)/.exec(part) ?? [];
    if (name) statements.set(name, comment + part);
    comment = part.startsWith('/**') ? part : '';
  }
  return { text, imports, statements };
}
