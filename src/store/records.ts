import { readFileSync } from 'node:fs';
import { digestOf, hexOf } from '../digest.ts';
import type { StorePaths } from './directory.ts';
import { errnoOf, used, writeWhole } from './disk.ts';

const maximum = 64 * 1024 * 1024;

/** Writes JSON below a line with its SHA-256, so that damage is noticed. A record that is there already counts as used. */
export async function writeRecord(paths: StorePaths, target: string, value: unknown): Promise<void> {
  const bytes = recordBytes(value);
  if (bytesAt(target)?.equals(bytes) === true) used(target);
  else await writeWhole(paths, target, bytes);
}

/** The bytes of a record. */
export function recordBytes(value: unknown): Uint8Array {
  const body = JSON.stringify(value);
  return Buffer.from(`${hexOf(digestOf(body))}\n${body}`);
}

/** The value of a record; undefined if it is absent or damaged. Without waiting: a record is read faster than a thread is asked to read it. */
export function readRecord(path: string): unknown {
  const bytes = bytesAt(path);
  if (bytes === undefined || bytes.length > maximum) return undefined;
  const text = bytes.toString();
  const body = text.slice(65);
  if (text[64] !== '\n' || text.slice(0, 64) !== hexOf(digestOf(body))) return undefined;
  return JSON.parse(body) as unknown;
}

function bytesAt(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    if (errnoOf(error) !== undefined) return undefined;
    throw error;
  }
}
