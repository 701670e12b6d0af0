import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { start } from '../e2e/command.ts';

/** What the suite says of one of its tests. */
export type Verdict = 'Pass' | 'FAIL' | 'Skip' | 'Error' | 'Disabled';

export interface ConformanceRun {
  /** By the path of the test: `sha256 blobs/mount/blob-mount`. A test that runs several times has its worst verdict. */
  readonly verdicts: ReadonlyMap<string, Verdict>;
  /** The suite's own page about it all. */
  readonly report: string;
}

const order: readonly Verdict[] = ['Pass', 'Disabled', 'Skip', 'FAIL', 'Error'];

/**
 * Runs the conformance suite of the distribution-spec (installed by scripts/setup-e2e) against a registry on plain http.
 * `settings` are its environment variables without `OCI_`.
 */
export async function runConformance(host: string, settings: Readonly<Record<string, string>> = {}): Promise<ConformanceRun> {
  const directory = await mkdtemp(join(tmpdir(), 'wherry-conformance-'));
  try {
    const own = Object.fromEntries(Object.entries(settings).map(([name, value]) => [`OCI_${name}`, value]));
    const env = { OCI_REGISTRY: host, OCI_TLS: 'disabled', OCI_RESULTS_DIR: join(directory, 'results'), ...own };
    const { out, err } = await start(['conformance'], { cwd: directory, env }).ended;
    const verdicts = verdictsIn(out);
    if (verdicts.size === 0) throw new Error(`the conformance suite said nothing:\n${out}${err}`);
    return { verdicts, report: await readFile(join(directory, 'results/results.yaml'), 'utf8') };
  } finally {
    await rm(directory, { recursive: true });
  }
}

function verdictsIn(text: string): Map<string, Verdict> {
  const verdicts = new Map<string, Verdict>();
  for (const [, name = '', verdict] of text.matchAll(/^ *OCI Conformance Test\/(.+): (Pass|FAIL|Skip|Error|Disabled)$/gm)) {
    const worst = Math.max(order.indexOf(verdicts.get(name) ?? 'Pass'), order.indexOf(verdict as Verdict));
    verdicts.set(name, order[worst] as Verdict);
  }
  return verdicts;
}

/** Tests by verdict, without those that passed. */
export function exceptions({ verdicts }: ConformanceRun): Record<string, Verdict> {
  return Object.fromEntries([...verdicts].filter(([, verdict]) => verdict !== 'Pass'));
}
