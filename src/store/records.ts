import { readFile } from 'node:fs/promises';
import { digestOf, hexOf } from '../digest.ts';
import { errnoOf, writeWhole } from './disk.ts';
import type { StorePaths } from './paths.ts';

const maximum = 64 * 1024 * 1024;

/** Writes JSON below a line with its SHA-256, so that damage is noticed. */
export async function writeRecord(paths: StorePaths, target: string, value: unknown): Promise<void> {
  await writeWhole(paths, target, recordBytes(value));
}

/** The bytes of a record. */
export function recordBytes(value: unknown): Uint8Array {
  const body = JSON.stringify(value);
  return Buffer.from(`${hexOf(digestOf(body))}\n${body}`);
}

/** The value of a record; undefined if it is absent or damaged. */
export async function readRecord(path: string): Promise<unknown> {
  const bytes = await readFile(path).catch((error: unknown) => {
    if (errnoOf(error) !== undefined) return undefined;
    throw error;
  });
  if (bytes === undefined || bytes.length > maximum) return undefined;
  const text = bytes.toString();
  const body = text.slice(65);
  if (text[64] !== '\n' || text.slice(0, 64) !== hexOf(digestOf(body))) return undefined;
  return JSON.parse(body) as unknown;
}
