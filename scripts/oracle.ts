/**
 * `npm run oracle -- --projects DIR [--only TEXT] [--lanes N] [--stride N] [--write]`: the locks of public projects, whose checkouts lie below DIR, through uv and
 * through Wherry. Prints a report; `--write` puts it into docs/correctness.md. Status 1 for a difference that no table explains, and if fewer
 * than 200 locks were compared. `test/oracle/real-locks.json` says which locks: repository, commit, path and hash.
 * With `--trees` whole environments of the applications in `real-applications.json` are compared instead; this needs root.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { allowedDifferences } from '../test/oracle/real/compare.ts';
import { makeEnvironment } from '../test/oracle/real/interpreters.ts';
import { allowedStale, type Judged, judgedOf, unexplainedStale } from '../test/oracle/real/judged.ts';
import { type Checkout, findCheckouts, listedLocks, lockLabel } from '../test/oracle/real/locks.ts';
import { reportOf } from '../test/oracle/real/report.ts';
import { compareLocks, type Outcome } from '../test/oracle/real/run.ts';
import { judgeProject } from '../test/oracle/real/staleness.ts';
import { tallyOf } from '../test/oracle/real/tally.ts';
import { type Run, writeReport } from './oracle-report.ts';
import { compareTreesOfApplications } from './oracle-trees.ts';

const least = 200;
const root = join(import.meta.dirname, '..');
const bin = join(root, '.cache/venv/bin');

const { values } = parseArgs({
  options: {
    projects: { type: 'string' },
    only: { type: 'string', default: '' },
    lanes: { type: 'string', default: '2' },
    stride: { type: 'string', default: '1' },
    trees: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
});
if (values.projects === undefined) {
  console.error('usage: npm run oracle -- --projects DIR [--only TEXT] [--lanes N] [--stride N] [--trees] [--write]');
  process.exit(64);
}

execFileSync(join(root, 'scripts/setup-python'), { stdio: ['ignore', 2, 2] });
const started = Date.now();
const scratch = mkdtempSync(join(tmpdir(), 'wherry-oracle-'));
const run: Run = {
  only: values.only,
  scratch,
  circumstances: () => ({
    day: new Date().toISOString().slice(0, 10),
    uv: execFileSync(join(bin, 'uv'), ['--version'], { encoding: 'utf8' }).split(' ').slice(0, 2).join(' '),
    node: process.version,
    seconds: Math.round((Date.now() - started) / 1000),
  }),
  write: (part, report) => {
    console.log(report);
    if (values.write) writeReport(part, report);
  },
};
try {
  const compare = values.trees ? compareTreesOfApplications : compareLocksOfProjects;
  process.exitCode = (await compare(values.projects, run)) ? 0 : 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

async function compareLocksOfProjects(folder: string, { circumstances, write }: Run): Promise<boolean> {
  const list = listedLocks();
  const found = findCheckouts(folder, list);
  for (const lock of list.filter((one) => !found.some((checkout) => checkout.lock === one))) {
    console.error(`missing: ${lock.repository} ${lock.commit} ${lock.path}`);
  }
  const chosen = found.filter(({ lock }) => lockLabel(lock).includes(values.only));
  const tally = tallyOf(await compareAll(chosen), allowedDifferences());
  const judged = await judgeAll(chosen);
  const stale = unexplainedStale(judged, allowedStale());
  write('locks', reportOf(tally, judged, { ...circumstances(), listed: list.length, stride: Number(values.stride) }));
  for (const name of stale.missing) console.log(`- stale for Wherry only, and not in the table: ${name}`);
  const isWhole = values.only === '';
  if (isWhole) for (const name of stale.unused) console.log(`- a row of staleness-real-differences.json that nothing needs: ${name}`);
  const wrong = [
    tally.unread,
    tally.unexplained,
    tally.unused,
    stale.missing,
    isWhole ? stale.unused : [],
    judged.flatMap((one) => one.wrong),
  ];
  return wrong.every((lines) => lines.length === 0) && (!isWhole || tally.locks >= least);
}

async function compareAll(checkouts: readonly Checkout[]): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  await compareLocks(checkouts, {
    bin,
    scratch,
    lanes: Number(values.lanes),
    stride: Number(values.stride),
    onOutcome: (outcome) => {
      outcomes.push(outcome);
      const differing = outcome.cases.filter(({ differences }) => differences.length > 0).length;
      const counts = `${outcome.cases.length} questions${differing === 0 ? '' : `, ${differing} answers differ`}`;
      console.error(`${outcomes.length}/${checkouts.length} ${lockLabel(outcome.checkout.lock)}: ${outcome.unread ?? counts}`);
    },
  });
  return outcomes;
}

/** Locks with `staleness` in the list are also changed. */
async function judgeAll(checkouts: readonly Checkout[]): Promise<readonly Judged[]> {
  const home = join(scratch, 'staleness');
  mkdirSync(home);
  const judged: Judged[] = [];
  for (const { lock, directory } of checkouts.filter((checkout) => checkout.lock.staleness !== undefined)) {
    const version = `${lock.staleness}.15`;
    const environment = makeEnvironment(join(home, version), { python: join(bin, 'python'), version });
    const options = { uv: join(bin, 'uv'), python: join(environment, 'bin/python'), home, lanes: Number(values.lanes) };
    judged.push(judgedOf(lockLabel(lock), await judgeProject(directory, options)));
    console.error(`${lockLabel(lock)}: ${judged.at(-1)?.changes} changes`);
  }
  return judged;
}
