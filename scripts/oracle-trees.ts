import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { allowedDifferences } from '../test/e2e/tree-differences.ts';
import { findApplications, listedApplications } from '../test/oracle/real/applications.ts';
import { lockLabel } from '../test/oracle/real/locks.ts';
import { compareApplication, type TreeOutcome } from '../test/oracle/real/tree.ts';
import { isSame, treeReport } from '../test/oracle/real/tree-report.ts';
import type { Run } from './oracle-report.ts';

const least = 12;

/** Compares whole environments; true if at least twelve are the same and none differs. */
export async function compareTreesOfApplications(folder: string, run: Run): Promise<boolean> {
  const list = listedApplications();
  const found = findApplications(folder, list);
  for (const { repository, commit, path } of list.filter((one) => !found.some(({ application }) => application === one))) {
    console.error(`missing: ${repository} ${commit} ${path}`);
  }
  const cache = join(import.meta.dirname, '../.cache/oracle');
  mkdirSync(cache, { recursive: true });
  const outcomes: TreeOutcome[] = [];
  const chosen = found.filter(({ application }) => lockLabel(application).includes(run.only));
  for (const one of chosen) {
    const outcome = await compareApplication(one, { scratch: run.scratch, cache, table: allowedDifferences });
    outcomes.push(outcome);
    console.error([`${outcomes.length}/${chosen.length} ${lockLabel(one.application)}`, ...wordsOf(outcome)].join('\n  '));
  }
  run.write('trees', treeReport(outcomes, { ...run.circumstances(), listed: list.length }));
  return outcomes.every(isSame) && (run.only !== '' || outcomes.length >= least);
}

function wordsOf({ compared }: TreeOutcome): readonly string[] {
  return typeof compared === 'string' ? compared.split('\n') : compared.unexplained;
}
