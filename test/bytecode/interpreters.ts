import { join } from 'node:path';
import { fetchInterpreter } from '../../src/bytecode/index.ts';
import { packagedDefaults } from '../../src/cli/defaults.ts';
import type { Context } from '../../src/context.ts';
import { createHttp } from '../../src/http/index.ts';
import { openStore } from '../../src/store/index.ts';
import { sampleContext } from '../debianArchive.ts';

const store = join(import.meta.dirname, '../../.cache/interpreters');

/** All minors that have an interpreter. */
export const minors = ['3.11', '3.12', '3.13', '3.14'] as const;

const known = new Map<string, Promise<string>>();

/** Where the files of a minor's interpreter lie: fetched as the product does, into a store that stays. */
export function interpreterDirectory(minor: string): Promise<string> {
  const directory = known.get(minor) ?? fetchOnce(minor);
  known.set(minor, directory);
  return directory;
}

async function fetchOnce(minor: string): Promise<string> {
  return await fetchInterpreter(minor, await interpreterContext());
}

/** What builds and compilers need to find these interpreters. */
export async function interpreterContext(): Promise<Context> {
  const { env } = process;
  const ctx = sampleContext(createHttp({ env }), await openStore({ env: {}, directory: store }));
  return { ...ctx, env, defaults: packagedDefaults() };
}
