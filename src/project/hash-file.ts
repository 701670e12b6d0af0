import { createHash } from 'node:crypto';
import { createReadStream, readFileSync, statSync } from 'node:fs';
import type { Digest } from '../digest.ts';
import { ToolError } from '../errors/index.ts';
import { releaseWhole } from '../release.ts';
import { holdsPrivateKey, interpreterOf, startsAsProgram } from './guards.ts';
import { callsOfFile } from './shell-calls.ts';

/** What the tree needs to know of a file's content. */
export interface FileContent {
  readonly sha256: Digest;
  /** Bytes. */
  readonly size: number;
  readonly executable: boolean;
  readonly interpreter?: string;
  readonly calls?: readonly string[];
  readonly privateKey: boolean;
}

/** Keys are small; a larger file is searched only in its first part. */
const searched = 1 << 20;

/** A file up to this size is one piece, read here: asking threads takes longer. */
const piece = 256 * 1024;

function piecesOf(file: string): Iterable<Buffer> | AsyncIterable<Buffer> {
  if (statSync(file).size <= piece) return [readFileSync(file)];
  return createReadStream(file, { highWaterMark: piece }) as AsyncIterable<Buffer>;
}

/** Reads a file once, in pieces, and hashes it. Throws PROJECT_BROKEN if it cannot be read. */
export async function hashFile(file: string): Promise<FileContent> {
  const hash = createHash('sha256');
  const head: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of piecesOf(file)) {
      hash.update(chunk);
      const isHead = size < searched;
      size += chunk.length;
      if (isHead) head.push(chunk);
      else releaseWhole(chunk);
    }
  } catch (error) {
    const why = error instanceof Error ? error.message : 'unknown error';
    throw new ToolError('PROJECT_BROKEN', `cannot read ${file}: ${why}`, { where: { file }, cause: error });
  }
  const start = Buffer.concat(head).subarray(0, searched);
  const interpreter = interpreterOf(start);
  const calls = callsOfFile(start);
  return {
    sha256: `sha256:${hash.digest('hex')}` as Digest,
    size,
    executable: startsAsProgram(start),
    ...(interpreter === undefined ? {} : { interpreter }),
    ...(calls.length === 0 ? {} : { calls }),
    privateKey: start.includes('PRIVATE KEY') && holdsPrivateKey(start.toString('latin1')),
  };
}
