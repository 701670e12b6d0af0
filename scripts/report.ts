/** Sums the reports of all suites in .cache/reports: the slowest files, then `N passed, N failed` as the last line. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';

const directory = join(import.meta.dirname, '../.cache/reports');
const shown = 12;

const schema = z.object({
  numPassedTests: z.int(),
  numFailedTests: z.int(),
  numPendingTests: z.int(),
  testResults: z.array(z.object({ name: z.string(), startTime: z.number(), endTime: z.number(), status: z.string() })),
});

const reports = readdirSync(directory)
  .filter((file) => file.endsWith('.json'))
  .map((file) => schema.parse(JSON.parse(readFileSync(join(directory, file), 'utf8'))));
const files = reports.flatMap((report) => report.testResults).map((file) => ({ ...file, seconds: (file.endTime - file.startTime) / 1000 }));
const sum = (pick: (report: z.output<typeof schema>) => number): number => reports.reduce((total, report) => total + pick(report), 0);
// A file that cannot be loaded has no tests; it counts as one failure.
const broken = files.filter((file) => file.status === 'failed').length;
const failed = Math.max(
  sum((report) => report.numFailedTests),
  broken,
);

for (const { name, seconds } of files.sort((a, b) => b.seconds - a.seconds).slice(0, shown)) {
  console.log(`${seconds.toFixed(1).padStart(7)} s  ${basename(dirname(name))}/${basename(name)}`);
}
const skipped = sum((report) => report.numPendingTests);
if (skipped > 0) console.log(`${skipped} skipped`);
console.log(`${sum((report) => report.numPassedTests)} passed, ${failed} failed`);
if (failed > 0 || reports.length === 0) process.exitCode = 1;
