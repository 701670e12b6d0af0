import { generateKeyPairSync, sign } from 'node:crypto';

/** A key and a certificate for a TLS server of a test, in PEM. */
export interface TestCertificate {
  readonly key: string;
  readonly cert: string;
}

/** Makes a self-signed certificate (RFC 5280) for some host names, valid for a day around now; nothing trusts it unless it is told to. */
export function selfSigned(hosts: readonly string[] = ['localhost']): TestCertificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const algorithm = sequence(oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02));
  const name = sequence(der(0x31, sequence(oid(0x55, 0x04, 0x03), der(0x0c, Buffer.from(hosts[0] ?? '')))));
  const validity = sequence(time(Date.now() - 43_200_000), time(Date.now() + 43_200_000));
  const names = sequence(oid(0x55, 0x1d, 0x11), der(0x04, sequence(...hosts.map((host) => der(0x82, Buffer.from(host))))));
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([1])),
    algorithm,
    name,
    validity,
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(names)),
  );
  const signature = der(0x03, Buffer.from([0]), sign('sha256', body, privateKey));
  return { key: String(privateKey.export({ type: 'pkcs8', format: 'pem' })), cert: pem(sequence(body, algorithm, signature)) };
}

function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag, ...lengthOf(content)]), content]);
}

/** In as few bytes as possible (X.690 §10.1): strict readers refuse anything longer. */
function lengthOf({ length }: Buffer): number[] {
  if (length < 0x80) return [length];
  return length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
}

function sequence(...parts: readonly Uint8Array[]): Buffer {
  return der(0x30, ...parts);
}

function oid(...bytes: readonly number[]): Buffer {
  return der(0x06, Buffer.from(bytes));
}

/** UTCTime: `YYMMDDHHMMSSZ`. */
function time(milliseconds: number): Buffer {
  const digits = new Date(milliseconds).toISOString().replaceAll(/[-:T]/g, '').slice(2, 14);
  return der(0x17, Buffer.from(`${digits}Z`));
}

function pem(bytes: Uint8Array): string {
  const lines =
    Buffer.from(bytes)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}
