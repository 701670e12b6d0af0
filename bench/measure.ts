import { spawnSync } from 'node:child_process';
import { appendFile, cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Sample, Scenario } from './types.ts';

const wherry = join(import.meta.dirname, '../bin/wherry');

/** Runs a whole Wherry process under /usr/bin/time; throws if it fails. */
export async function runWherry(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Sample> {
  const work = await mkdtemp(join(tmpdir(), 'wherry-time-'));
  const report = join(work, 'time');
  const started = performance.now();
  const command = ['-f', '%U %S %M', '-o', report, wherry, ...args];
  const { status, stderr } = spawnSync('/usr/bin/time', command, { env: { ...process.env, CI: undefined, ...env }, encoding: 'utf8' });
  const wall = (performance.now() - started) / 1000;
  if (status !== 0) throw new Error(`wherry ${args.join(' ')} ended with ${status}\n${stderr}`);
  const [user = 0, system = 0, peak = 0] = (await readFile(report, 'utf8')).trim().split(' ').map(Number);
  await rm(work, { recursive: true });
  return { wall, cpu: user + system, peak: peak * 1024 };
}

export interface MeasureOptions {
  readonly project: string;
  /** A source file of the project, appended to for the source change. */
  readonly source: string;
  readonly runs: number;
}

interface Setting {
  readonly project: string;
  readonly store: string;
}

/** Whole `wherry build` processes in the four situations of a working day. */
export async function measureBuilds({ project, source, runs }: MeasureOptions): Promise<Scenario[]> {
  const work = await mkdtemp(join(tmpdir(), 'wherry-bench-'));
  try {
    const setting = { project: join(work, 'project'), store: join(work, 'store') };
    await cp(project, setting.project, { recursive: true, filter: (path) => !/\/(?:\.venv|__pycache__)(?:\/|$)/.test(path) });
    const scenario = async (name: string, prepare: (run: number) => Promise<unknown>): Promise<Scenario> => ({
      name,
      samples: await samples(runs, { prepare, setting }),
    });
    const records = join(setting.store, 'layers-v1');
    return [
      await scenario('empty store', () => rm(setting.store, { recursive: true, force: true })),
      await scenario('every layer anew, no download', () => rm(records, { recursive: true })),
      await scenario('one source file changed', (run) => appendFile(join(setting.project, source), `\n# change ${run}\n`)),
      await scenario('nothing changed', async () => undefined),
    ];
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function samples(
  runs: number,
  { prepare, setting }: { readonly prepare: (run: number) => Promise<unknown>; readonly setting: Setting },
): Promise<Sample[]> {
  const taken: Sample[] = [];
  for (let run = 0; run < runs; run++) {
    await prepare(run);
    taken.push(await runWherry(['build', setting.project, '--locked', '--quiet'], { WHERRY_CACHE_DIR: setting.store }));
  }
  return taken;
}

/** `wherry --help`: how long it takes until anything is said. */
export async function measureStartup(runs: number): Promise<Scenario> {
  const taken: Sample[] = [];
  for (let run = 0; run < runs; run++) taken.push(await runWherry(['--help']));
  return { name: 'wherry --help', samples: taken };
}
