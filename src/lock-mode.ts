import type { LockMode } from './resolve/index.ts';

/** The wherry.lock column of DESIGN §7: `--locked` and `CI` win over `--frozen`, which concerns uv.lock only. */
export function lockMode(flags: { readonly locked: boolean; readonly frozen: boolean; readonly ci: boolean }): LockMode {
  return flags.locked || flags.ci ? 'locked' : 'default';
}
