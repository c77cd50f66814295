import { isIP } from 'node:net';
import 'reflect-metadata'; // asked for by @peculiar/x509
import * as x509 from '@peculiar/x509';

const KEY = { name: 'ECDSA', namedCurve: 'P-256' };
const SIGNATURE = { name: 'ECDSA', hash: 'SHA-256' };
const HOUR = 3_600_000;
const YEAR = 365 * 24 * HOUR;
const LOOPBACK = ['localhost', '127.0.0.1', '::1'];

export interface CertificateOptions {
  /** Host names and IP addresses that the certificate is for. Default: the loopback's. */
  names?: string[];
  /** Default: an hour ago, since the clocks of two machines differ. */
  notBefore?: Date;
  /** Default: a year from now. */
  notAfter?: Date;
  /** A client's certificate instead of a server's. */
  client?: boolean;
  /** Default: the first name. */
  commonName?: string;
}

/** A certificate with its private key, both PEM, as `tls.createServer` and OpenSSL take them. */
export interface Certificate {
  cert: string;
  key: string;
}

/** A private certificate authority; what it issues is trusted by whoever trusts `ca`. */
export interface Authority {
  /** The authority's own certificate, PEM. */
  ca: string;
  /** The authority's private key, PKCS #8 PEM; keep it, and `loadAuthority` continues with it. */
  exportKey(): Promise<string>;
  issue(options?: CertificateOptions): Promise<Certificate>;
}

/** A new authority with keys of its own (ECDSA, P-256), valid for ten years. */
export async function createAuthority(name = 'EZtCloud emulator'): Promise<Authority> {
  const keys = await newKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: newSerialNumber(),
    name: [{ CN: [name] }],
    notBefore: new Date(Date.now() - HOUR),
    notAfter: new Date(Date.now() + 10 * YEAR),
    keys,
    signingAlgorithm: SIGNATURE,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return authorityOf(certificate, keys.privateKey);
}

/** The authority that `createAuthority` made, from its PEM certificate and key. Rejects what is not such a pair. */
export async function loadAuthority(caPem: string, keyPem: string): Promise<Authority> {
  const key = await crypto.subtle.importKey('pkcs8', x509.PemConverter.decodeFirst(keyPem), KEY, true, [
    'sign',
  ]);
  return authorityOf(new x509.X509Certificate(caPem), key);
}

function authorityOf(certificate: x509.X509Certificate, signingKey: CryptoKey): Authority {
  return {
    ca: pem(certificate.toString('pem')),
    exportKey: () => privatePem(signingKey),
    async issue({ names = LOOPBACK, notBefore, notAfter, client = false, commonName } = {}) {
      const keys = await newKeys();
      const issued = await x509.X509CertificateGenerator.create({
        serialNumber: newSerialNumber(),
        subject: [{ CN: [commonName ?? names[0] ?? 'localhost'] }],
        issuer: certificate.subjectName,
        notBefore: notBefore ?? new Date(Date.now() - HOUR),
        notAfter: notAfter ?? new Date(Date.now() + YEAR),
        publicKey: keys.publicKey,
        signingKey,
        signingAlgorithm: SIGNATURE,
        extensions: [
          new x509.BasicConstraintsExtension(false, undefined, true),
          new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
          new x509.ExtendedKeyUsageExtension([
            client ? x509.ExtendedKeyUsage.clientAuth : x509.ExtendedKeyUsage.serverAuth,
          ]),
          new x509.SubjectAlternativeNameExtension(
            names.map((value) => ({ type: isIP(value) ? ('ip' as const) : ('dns' as const), value })),
          ),
          await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
          await x509.AuthorityKeyIdentifierExtension.create(certificate.publicKey),
        ],
      });
      return { cert: pem(issued.toString('pem')), key: await privatePem(keys.privateKey) };
    },
  };
}

const newKeys = () => crypto.subtle.generateKey(KEY, true, ['sign', 'verify']);

/** 16 random bytes, in hexadecimal; the first bit is clear because a serial number is a positive integer. */
function newSerialNumber(): string {
  const bytes = crypto.getRandomValues(Buffer.alloc(16));
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes.toString('hex');
}

async function privatePem(key: CryptoKey): Promise<string> {
  return pem(x509.PemConverter.encode(await crypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY'));
}

/** OpenSSL's tools want a line break after the last line. */
const pem = (text: string) => `${text.trimEnd()}\n`;
