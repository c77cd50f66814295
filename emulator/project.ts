import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Authority, createAuthority, loadAuthority } from './certificates';
import { parseObject } from './messages';

/** What makes an emulator the same one at its next start. */
export interface Project {
  authority: Authority;
  /** The file that holds the authority's certificate, for clients to trust. */
  caFile: string;
  projectKey: string;
  projectSecret: string;
  deviceSecret: string;
}

const PROJECT_KEY = 'PR_emulator01';

/** The project kept in `directory`, made there at the first time. Files and directory are the user's alone. */
export async function openProject(directory: string): Promise<Project> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const caFile = join(directory, 'ca.pem');
  const keyFile = join(directory, 'ca-key.pem');
  const secretsFile = join(directory, 'secrets.json');

  const keep = (file: string, text: string) => writeFile(file, text, { mode: 0o600 });
  const [ca, key, secrets] = await Promise.all([caFile, keyFile, secretsFile].map(readIfThere));

  const authority = ca && key ? await loadAuthority(ca, key) : await createAuthority();
  if (!ca || !key) {
    await keep(keyFile, await authority.exportKey());
    await keep(caFile, authority.ca);
  }
  const kept = parseObject(Buffer.from(secrets ?? '{}')) ?? {};
  const secretOf = (name: string): string => {
    const value = kept[name];
    return typeof value === 'string' && value !== '' ? value : randomBytes(10).toString('hex');
  };
  const project = { projectSecret: secretOf('projectSecret'), deviceSecret: secretOf('deviceSecret') };
  await keep(secretsFile, `${JSON.stringify(project, undefined, 2)}\n`);
  return { authority, caFile, projectKey: PROJECT_KEY, ...project };
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
