import { statSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { storeDirectory, storePaths } from '../store/directory.ts';

/**
 * Lets Node keep the compiled form of what is loaded from here on, in the store, which takes a fifth off a short command. Only in a store that
 * nobody else can write to: this code is run. From sources `bin/wherry` names a place of its own.
 */
export function keepCompiledCode(env: Readonly<Record<string, string | undefined>>): void {
  if (env.NODE_COMPILE_CACHE !== undefined || env.NODE_DISABLE_COMPILE_CACHE !== undefined) return;
  const directory = storeDirectory(env);
  if (isPrivate(directory)) enableCompileCache(storePaths(directory).code);
}

function isPrivate(directory: string): boolean {
  try {
    const found = statSync(directory);
    return found.uid === process.getuid?.() && (found.mode & 0o077) === 0;
  } catch {
    return false;
  }
}
