import type { Key } from 'openpgp';
import { ToolError } from '../errors/index.ts';
import { parseStanza } from './deb822.ts';

/** Size and SHA-256 (hex) of an index, as signed. */
export interface SignedFile {
  readonly size: number;
  readonly sha256: string;
}

/** The signed part of an InRelease file. Times are milliseconds since 1970. */
export interface SuiteRelease {
  readonly codename: string;
  readonly date: number;
  readonly validUntil: number | undefined;
  /** By path below the suite's directory. */
  readonly files: ReadonlyMap<string, SignedFile>;
}

/** Clocks of mirrors and machines differ; a signature may be this much younger than now. */
const clockSkew = 24 * 3600 * 1000;

export interface VerifyOptions {
  /** Codename of the suite, for example `trixie-updates`. */
  readonly suite: string;
  readonly keys: readonly Key[];
  /** Milliseconds since 1970. */
  readonly now: number;
}

/**
 * The signed text of a clearsigned file (RFC 9580 §7) if at least one of the keys has signed it; everything outside the signature is dropped.
 * Throws `DEB_SIGNATURE`.
 */
async function signedText(inRelease: string, { suite, keys, now }: VerifyOptions): Promise<string> {
  const { readCleartextMessage, verify } = await import('openpgp');
  try {
    const message = await readCleartextMessage({ cleartextMessage: inRelease });
    const { signatures } = await verify({ message, verificationKeys: [...keys], date: new Date(now) });
    const results = await Promise.allSettled(signatures.map(({ verified }) => verified));
    if (results.some(({ status }) => status === 'fulfilled')) return message.getText();
    const reasons = results.flatMap((result) => (result.status === 'rejected' ? [String(result.reason.message)] : []));
    throw new Error(reasons[0] ?? 'it has no signature');
  } catch (cause) {
    throw new ToolError('DEB_SIGNATURE', `the InRelease file of ${suite} has no good signature of a Debian archive key`, {
      details: [cause instanceof Error ? cause.message : String(cause)],
      hint: 'use another mirror: set mirror in [tool.wherry.debian]',
      cause,
    });
  }
}

function signedFiles(field: string): ReadonlyMap<string, SignedFile> {
  const files = new Map<string, SignedFile>();
  for (const line of field.split('\n')) {
    const [sha256, size, path] = line.trim().split(/\s+/);
    if (path && size && /^[0-9a-f]{64}$/.test(sha256 ?? '') && /^\d{1,12}$/.test(size))
      files.set(path, { size: Number(size), sha256: sha256 ?? '' });
  }
  return files;
}

function checkDates(release: SuiteRelease, { suite, now }: VerifyOptions): void {
  const fail = (fact: string) => {
    throw new ToolError('DEB_EXPIRED', `the signed index of ${suite} cannot be used now: ${fact}`, {
      details: [`clock of this machine: ${new Date(now).toISOString()}`],
      hint: 'check the clock, or use another mirror: set mirror in [tool.wherry.debian]',
    });
  };
  if (Number.isNaN(release.date) || Number.isNaN(release.validUntil)) fail('its dates cannot be read');
  if (release.date > now + clockSkew) fail(`it was made at ${new Date(release.date).toISOString()}`);
  if (release.validUntil !== undefined && release.validUntil < now)
    fail(`it was valid until ${new Date(release.validUntil).toISOString()}`);
}

/**
 * Verifies and reads an InRelease file. A wrong codename counts as a wrong signature, because every suite is signed by the same keys.
 * Throws `DEB_SIGNATURE` or `DEB_EXPIRED`.
 */
export async function readInRelease(inRelease: string, options: VerifyOptions): Promise<SuiteRelease> {
  const fields = parseStanza(await signedText(inRelease, options));
  const validUntil = fields.get('valid-until');
  const release: SuiteRelease = {
    codename: fields.get('codename') ?? '',
    date: Date.parse(fields.get('date') ?? ''),
    validUntil: validUntil === undefined ? undefined : Date.parse(validUntil),
    files: signedFiles(fields.get('sha256') ?? ''),
  };
  if (release.codename !== options.suite) {
    throw new ToolError('DEB_SIGNATURE', `the InRelease file of ${options.suite} describes ${JSON.stringify(release.codename)}`, {
      hint: 'use another mirror: set mirror in [tool.wherry.debian]',
    });
  }
  checkDates(release, options);
  return release;
}
