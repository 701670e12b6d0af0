import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Context } from '../../src/context.ts';
import { compareBuilds, type NativeBuild, nativeBuild } from '../backends/compare.ts';
import { type Backends, fetchSdist, installBackends } from '../backends/environment.ts';
import { readSdist } from '../backends/tree.ts';
import { interpreterContext, minors } from '../bytecode/interpreters.ts';
import { type NativePython, nativePython } from '../bytecode/natives.ts';
import { note } from './note.ts';

/** One real package of each kind of backend. */
const packages = {
  click: 'flit-core',
  iniconfig: 'hatchling with hatch-vcs',
  starlette: 'hatchling',
  tomlkit: 'poetry-core',
  typer: 'pdm-backend',
  six: 'setup.py alone',
  tabulate: 'setuptools with setuptools-scm',
  stevedore: 'setuptools with pbr',
};

/** The native Python whose wheel is compared; there is no 3.12 that could be installed, so there it is that of 3.11. */
const natives = { '3.11': '3.11', '3.12': '3.11', '3.13': '3.13', '3.14': '3.14' } as const;

let backends: Backends;
let ctx: Context;
const base = mkdtempSync(join(tmpdir(), 'wherry-backends-'));
const equal = new Map<string, number>();

beforeAll(async () => {
  backends = installBackends();
  ctx = await interpreterContext();
});
afterAll(() => {
  const counts = minors.map((minor) => `${equal.get(minor) ?? 0} with Python ${minor} (native ${natives[minor]})`);
  note(
    `- Of one package for each of ${Object.keys(packages).length} kinds of backend, equal to the wheel of pypa/build: ${counts.join(', ')}.`,
  );
  rmSync(base, { recursive: true, force: true });
});

/** pypa/build on another Python than this machine's: everything it needs is below its own directory. */
function buildsOn(python: NativePython): NativeBuild {
  return async ({ source, out }, { site }) => {
    const [inside, made, packages] = ['source', 'out', 'site'].map((name) => join(python.work, name)) as [string, string, string];
    for (const path of [inside, made]) rmSync(path, { recursive: true, force: true });
    const tree = join(inside, source.slice(source.lastIndexOf('/') + 1));
    cpSync(source, tree, { recursive: true, verbatimSymlinks: true });
    if (!readdirSync(python.work).includes('site')) cpSync(site, packages, { recursive: true });
    mkdirSync(made);
    const { environment, words } = nativeBuild({ source: tree, out: made, site: packages });
    const { status, stderr } = await python.run(words, environment);
    if (status !== 0) throw new Error(`Python ${python.version} ended with ${status}\n${stderr}`);
    cpSync(made, out, { recursive: true });
  };
}

describe.each(minors)('wheels that Python %s in WebAssembly builds, against those of pypa/build', (minor) => {
  let python: NativePython;

  beforeAll(async () => {
    python = await nativePython(natives[minor]);
    expect(python.version.startsWith(`${natives[minor]}.`)).toBe(true);
  }, 600_000);
  afterAll(() => python.close());

  it.each(Object.entries(packages))('%s (%s)', async (name) => {
    const directory = mkdtempSync(join(base, 'build-'));
    const options = { backends, ctx, directory, minor, native: buildsOn(python) };
    const { ours, theirs } = await compareBuilds(readSdist(fetchSdist(name)), options);
    expect(ours).toEqual(theirs);
    equal.set(minor, (equal.get(minor) ?? 0) + 1);
    rmSync(directory, { recursive: true });
  });
});
