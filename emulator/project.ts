import { createPrivateKey, randomBytes, X509Certificate } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Authority, createAuthority, loadAuthority } from './certificates';
import { parseObject } from './messages';

// What makes an emulator the same one at its next start is kept in a directory. Files and directory are the user's alone.

/** The certificate authority kept in `directory`, made there at the first time, and the file that holds its certificate, for clients to trust. */
export async function openAuthority(directory: string): Promise<{ authority: Authority; caFile: string }> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const caFile = join(directory, 'ca.pem');
  const keyFile = join(directory, 'ca-key.pem');
  const [ca, key] = await Promise.all([caFile, keyFile].map(readIfThere));
  if (ca && key && belongTogether(ca, key)) return { authority: await loadAuthority(ca, key), caFile };
  const authority = await createAuthority();
  await write(keyFile, await authority.exportKey());
  await write(caFile, authority.ca);
  return { authority, caFile };
}

/** Not so when a disk has lost half a file, or somebody has copied one of the two. */
function belongTogether(ca: string, key: string): boolean {
  try {
    return new X509Certificate(ca).checkPrivateKey(createPrivateKey(key));
  } catch {
    return false;
  }
}

/** The secrets kept in `directory`, which exists; made there at the first time. */
export async function openSecrets(
  directory: string,
): Promise<{ projectSecret: string; deviceSecret: string }> {
  const file = join(directory, 'secrets.json');
  const before = await readIfThere(file);
  const kept = parseObject(Buffer.from(before ?? '{}')) ?? {};
  const secretOf = (name: string): string => {
    const value = kept[name];
    return typeof value === 'string' && value !== '' ? value : randomBytes(10).toString('hex');
  };
  const secrets = { projectSecret: secretOf('projectSecret'), deviceSecret: secretOf('deviceSecret') };
  const text = `${JSON.stringify(secrets, undefined, 2)}\n`;
  if (text !== before) await write(file, text); // on Windows a file that is being scanned cannot be replaced
  return secrets;
}

/** Whole or not at all. */
async function write(file: string, text: string): Promise<void> {
  await writeFile(`${file}.tmp`, text, { mode: 0o600 });
  await rename(`${file}.tmp`, file);
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
