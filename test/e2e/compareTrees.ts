import { lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readTree } from './readTree.ts';
import type { AllowedDifference } from './tree-differences.ts';

/** How an environment in an image differs from the one that uv makes. */
export interface ComparedTrees {
  /** Files, directories and links of ours. */
  readonly paths: number;
  /** Names of `.dist-info` directories. */
  readonly distributions: readonly string[];
  /** Paths whose difference a row of the table explains. */
  readonly explained: number;
  /** One line for each other path that differs. */
  readonly unexplained: readonly string[];
  readonly used: readonly AllowedDifference[];
}

/** Compares every path of two directories: type, mode, link target and bytes. */
export function compareTrees(
  trees: { readonly ours: string; readonly theirs: string },
  table: readonly AllowedDifference[],
): ComparedTrees {
  const [ours, theirs] = [readTree(trees.ours), readTree(trees.theirs)];
  const different = [...new Set([...ours.keys(), ...theirs.keys()])].filter((path) => ours.get(path) !== theirs.get(path));
  const rows = different.map((path) => {
    const row = table.find((candidate) => candidate.path.test(path));
    const isExplained = row !== undefined && isEqualAs(row, join(trees.ours, path), join(trees.theirs, path));
    return { path, row: isExplained ? row : undefined };
  });
  const used = rows.flatMap(({ row }) => (row === undefined ? [] : [row]));
  return {
    paths: ours.size,
    distributions: [...ours.keys()].filter((path) => distribution.test(path)).map((path) => path.slice(path.lastIndexOf('/') + 1)),
    explained: used.length,
    unexplained: rows.filter(({ row }) => row === undefined).map(({ path }) => `${path}: ${ours.get(path)}, with uv ${theirs.get(path)}`),
    used: [...new Set(used)],
  };
}

const distribution = /^lib\/python[\d.]+\/site-packages\/[^/]+\.dist-info$/;

/** Whether a row explains how one file differs from the other. */
export function isEqualAs({ compared }: AllowedDifference, ours: string, theirs: string): boolean {
  const [own, other] = [ours, theirs].map((path) => lstatSync(path, { throwIfNoEntry: false }));
  if (compared === 'only in uv') return own === undefined && other?.isFile() === true;
  if (own?.isFile() !== true || other?.isFile() !== true) return false;
  if (compared === 'bytes') return readFileSync(ours).equals(readFileSync(theirs));
  if (own.mode !== other.mode) return false;
  return compared(readFileSync(ours, 'utf8')) === compared(readFileSync(theirs, 'utf8'));
}
