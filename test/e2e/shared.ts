import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  export interface ProvidedContext {
    /** A directory that lives as long as the run; see `once`. */
    readonly shared: string;
  }
}

/** Gives all files of a run a directory for what they share. */
export async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const directory = await mkdtemp(join(tmpdir(), 'wherry-shared-'));
  provide('shared', directory);
  return async () => await rm(directory, { recursive: true, force: true });
}
