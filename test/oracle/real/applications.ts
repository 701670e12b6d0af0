import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AllowedDifference } from '../../e2e/tree-differences.ts';
import { findCheckouts, lockLabel, type RealLock } from './locks.ts';

/** A public project whose whole environment is compared. */
export interface Application extends RealLock {
  /** What it is, in two or three words. */
  readonly kind: string;
  /** `3.13`: the base is the Debian release that has it. */
  readonly python: keyof typeof bases;
  /** What is chosen of it, in words that `uv sync` and `wherry build` both take. */
  readonly flags: readonly string[];
  /** Debian packages whose libraries its wheels need. */
  readonly system?: readonly string[];
}

/** Bases that are assembled from Debian packages: of these Pythons the very same interpreter is there for uv. */
export const bases = { '3.11': 'debian:12', '3.13': 'debian:13' } as const;

/** An application that was found on this machine. */
export interface FoundApplication {
  readonly application: Application;
  /** Absolute path of the whole checkout. */
  readonly checkout: string;
  /** POSIX path of the project below it; empty for the checkout itself. */
  readonly below: string;
}

/** The committed list. */
export function listedApplications(): readonly Application[] {
  return JSON.parse(readFileSync(join(import.meta.dirname, '../real-applications.json'), 'utf8'));
}

/** The applications of the list below a folder of checkouts. */
export function findApplications(folder: string, list: readonly Application[]): readonly FoundApplication[] {
  return findCheckouts(folder, list).map(({ lock, directory }) => {
    const below = lock.path.split('/').slice(0, -1).join('/');
    const application = list.find(({ sha256 }) => sha256 === lock.sha256) as Application;
    return { application, checkout: below === '' ? directory : directory.slice(0, -below.length - 1), below };
  });
}

/** A row of the table of differences that one application has, beside those that all have; texts are regular expressions for the whole. */
export interface ApplicationDifference {
  readonly application: string;
  readonly path: string;
  /** What is equal nevertheless. */
  readonly compared: Extract<AllowedDifference['compared'], string>;
  readonly reason: string;
}

/** The rows of an application in the committed table. */
export function differencesOf(application: Application): readonly AllowedDifference[] {
  const rows: readonly ApplicationDifference[] = JSON.parse(
    readFileSync(join(import.meta.dirname, '../real-application-differences.json'), 'utf8'),
  );
  const own = rows.filter((row) => new RegExp(`^(?:${row.application})$`).test(lockLabel(application)));
  return own.map(({ path, compared, reason }) => ({ path: new RegExp(`^(?:${path})$`), compared, reason }));
}
