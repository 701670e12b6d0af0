import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sample, sourcesOf } from '../bytecode/corpus.ts';
import { PlacedModule } from '../bytecode/imports.ts';
import { minors } from '../bytecode/interpreters.ts';
import { madeSources, tellers } from '../bytecode/made.ts';
import { type NativePython, nativePython } from '../bytecode/natives.ts';
import { differing } from '../bytecode/pack.ts';
import { type Compiled, compileAll, dumpAll, packSources, pathOf, type Run } from '../bytecode/run.ts';
import { compareWithItself, compareWithNative, summaryOf, unexplained } from '../bytecode/verdicts.ts';
import differences from './bytecode-differences.json' with { type: 'json' };
import { downloadWheels } from './wheels.ts';

// A sample; the soak has 20,000.
const realFiles = 250;
const plain = { backwards: false, seed: '0', disturbed: false };
const disturbed = { backwards: true, seed: '4711', disturbed: true };
const nativeMinors = ['3.11', '3.13'] as const;

let work: string;
/** Names of packs, compiled files and native interpreters by minor. */
const packed = new Map<string, string>();
const compiled = new Map<string, readonly [Compiled, Compiled]>();
const natives = new Map<string, NativePython>();

beforeAll(async () => {
  work = mkdtempSync(join(tmpdir(), 'wherry-bytecode-'));
  const real = sourcesOf(downloadWheels('wheels.txt'));
  const sources = new Map([...sample(real, realFiles), ...madeSources]);
  for (const minor of minors) packed.set(minor, packSources(sources, minor, join(work, minor)));
  for (const minor of nativeMinors) natives.set(minor, await nativePython(minor));
});

afterAll(() => {
  for (const python of natives.values()) python.close();
  rmSync(work, { recursive: true, force: true });
});

/** What a test of the minor before has made. */
function made<T>(from: ReadonlyMap<string, T>, minor: string): T {
  const found = from.get(minor);
  if (found === undefined) throw new Error(`nothing was made for ${minor}`);
  return found;
}

/** Real and made sources, compiled by the interpreters in WebAssembly. Needs root where this machine's Python is another one. */
describe.each(minors)('bytecode of CPython %s', (minor) => {
  it('does not depend on order, stored memory, hash seed or what else the interpreter has done', async () => {
    const run = (how: Omit<Run, 'minor'>) => compileAll(made(packed, minor), { minor, ...how }, join(work, minor, how.seed));
    const [one, other] = await Promise.all([run(plain), run(disturbed)]);
    compiled.set(minor, [one, other]);
    expect(differing(one.pycs, other.pycs)).toEqual([]);
    expect([one.report.crashed, other.report.crashed]).toEqual([[], []]);
    expect(one.pycs.size).toBe(realFiles + madeSources.size);
    expect([...one.pycs.values()].filter((pyc) => pyc === undefined).length).toBeLessThan(15);
  });

  it('loads as what CPython compiles', async () => {
    const [sources, { base }] = [made(packed, minor), made(compiled, minor)[0]];
    const native = natives.get(minor);
    const verdicts = await (native ? compareWithNative(native, sources, base) : compareWithItself(minor, sources, base));
    console.log(`CPython ${native?.version ?? `${minor}, the same`}: ${summaryOf(verdicts)}`);
    const rows = differences.filter((row) => row.minor === minor);
    expect(unexplained(verdicts, rows)).toEqual([]);
    expect(verdicts).toHaveLength(realFiles + madeSources.size);
  });
});

it('would depend on what else the interpreter has done if nothing normalised it', async () => {
  const run = (how: Omit<Run, 'minor'>) => dumpAll(made(packed, '3.11'), { minor: '3.11', ...how }, join(work, 'dumps', how.seed));
  const [one, other] = await Promise.all([run(plain), run(disturbed)]);
  expect(differing(one, other).length).toBeGreaterThan(realFiles / 10);
});

describe.each(nativeMinors)('a .pyc in native CPython %s', (minor) => {
  it.each([
    ['of a dependency is imported whatever its source is (PEP 552, unchecked)', tellers.dependency, 'compiled'],
    ['of the project is compiled anew when its source was edited (PEP 552, checked)', tellers.project, 'edited'],
  ])('%s', async (_what, name, value) => {
    const pyc = Buffer.from(made(compiled, minor)[0].pycs.get(pathOf(name, minor)) ?? []);
    const placed = new PlacedModule(made(natives, minor), minor, name);
    placed.write(tellers.source, pyc);
    expect(await placed.load()).toEqual({ value: 'compiled', fromPyc: true, pyc });
    placed.write(tellers.source.replace('compiled', 'edited'));
    const after = await placed.load();
    expect([after.value, after.fromPyc, pyc.equals(after.pyc)]).toEqual([value, value === 'compiled', value === 'compiled']);
    expect(await placed.load()).toEqual({ ...after, fromPyc: true });
  });
});
