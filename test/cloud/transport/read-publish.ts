import { readPublish } from '../../../cloud/transport/publish-packets';

/** The packet, read after its fixed header. */
export function read(bytes: Buffer, version: 4 | 5) {
  let body = 2;
  while ((bytes[body - 1] ?? 0) > 127) body += 1;
  return readPublish(bytes, body, bytes.length, (bytes[0] ?? 0) & 15, version);
}
