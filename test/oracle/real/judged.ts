import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Judgement } from './staleness.ts';

/** How uv and Wherry judged the changes of one project. */
export interface Judged {
  readonly label: string;
  readonly changes: number;
  readonly stale: number;
  readonly fresh: number;
  readonly unverified: number;
  /** Changes that are stale for Wherry alone. */
  readonly more: readonly string[];
  /** Changes that Wherry calls fresh and uv does not: there must be none. */
  readonly wrong: readonly string[];
}

/** A change that Wherry may call stale although uv would lock the same again. */
export interface AllowedStale {
  readonly change: string;
  readonly reason: string;
}

/** The committed table. */
export function allowedStale(): readonly AllowedStale[] {
  return JSON.parse(readFileSync(join(import.meta.dirname, '../staleness-real-differences.json'), 'utf8'));
}

/** Sums the judgements of one project. */
export function judgedOf(label: string, judgements: readonly Judgement[]): Judged {
  const of = (uv: string, wherry: string) => judgements.filter((one) => one.uv === uv && one.wherry === wherry);
  return {
    label,
    changes: judgements.length,
    stale: of('stale', 'stale').length,
    fresh: of('fresh', 'fresh').length,
    unverified: judgements.filter(({ wherry }) => wherry === 'unverified').length,
    more: of('fresh', 'stale').map(({ change }) => change),
    wrong: of('stale', 'fresh').map(({ change, told }) => `${change}: ${told.replace(/\s+/g, ' ').trim()}`),
  };
}

/** What the table does not allow, and rows of it that nothing needs. */
export function unexplainedStale(
  judged: readonly Judged[],
  allowed: readonly AllowedStale[],
): { readonly missing: readonly string[]; readonly unused: readonly string[] } {
  const names = new Set(judged.flatMap(({ more }) => more));
  const listed = new Set(allowed.map(({ change }) => change));
  return { missing: [...names].filter((name) => !listed.has(name)), unused: [...listed].filter((name) => !names.has(name)) };
}
