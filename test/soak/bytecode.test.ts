import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { arm64Node } from '../bytecode/arm64.ts';
import { type Sources, sample, sourcesOf } from '../bytecode/corpus.ts';
import { minors } from '../bytecode/interpreters.ts';
import { madeSources } from '../bytecode/made.ts';
import { type NativePython, nativePython } from '../bytecode/natives.ts';
import { differing, type Pack } from '../bytecode/pack.ts';
import { type Compiled, compileAll, packSources, pathOf, type Run } from '../bytecode/run.ts';
import {
  type AllowedDifference,
  compareWithItself,
  compareWithNative,
  summaryOf,
  unexplained,
  type Verdict,
} from '../bytecode/verdicts.ts';
import shortDifferences from '../oracle/bytecode-differences.json' with { type: 'json' };
import { downloadWheels } from '../oracle/wheels.ts';
import differences from './bytecode-differences.json' with { type: 'json' };
import { note } from './note.ts';

/** Of real wheels: all, and fewer where the interpreter itself compares, in the memory of a 32-bit machine. */
const realFiles = { '3.11': Number.POSITIVE_INFINITY, '3.12': 6_000, '3.13': Number.POSITIVE_INFINITY, '3.14': 6_000 } as const;
const leastFiles = { '3.11': 20_000, '3.12': 5_000, '3.13': 20_000, '3.14': 5_000 } as const;
const emulatedFiles = 200;
const plain = { backwards: false, seed: '0', disturbed: false };
const disturbed = { backwards: true, seed: '4711', disturbed: true };
const hour = 3_600_000;
const rows: readonly AllowedDifference[] = [...shortDifferences, ...differences];

let work: string;
let real: Sources;

beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), 'wherry-bytecode-'));
  real = sourcesOf([...downloadWheels('wheels.txt'), ...downloadWheels('../soak/wheels.txt')]);
});
afterAll(() => rmSync(work, { recursive: true, force: true }));

function megabytes(pack: Pack): number {
  return Math.round([...pack.values()].reduce((sum, bytes) => sum + (bytes?.length ?? 0), 0) / 1e6);
}

async function verdictsOf(
  minor: (typeof minors)[number],
  sources: string,
  pycs: string,
): Promise<{ readonly verdicts: Verdict[]; readonly by: string }> {
  if (minor === '3.12' || minor === '3.14')
    return { verdicts: await compareWithItself(minor, sources, pycs), by: `${minor} without stored memory` };
  const python: NativePython = await nativePython(minor);
  try {
    return { verdicts: await compareWithNative(python, sources, pycs), by: `native ${python.version}` };
  } finally {
    python.close();
  }
}

describe.each(minors)('bytecode of CPython %s', (minor) => {
  let packed: string;
  let compiled: Compiled;

  it('does not depend on order, stored memory, hash seed or what else the interpreter has done', { timeout: hour }, async () => {
    packed = packSources(new Map([...sample(real, realFiles[minor]), ...madeSources]), minor, join(work, minor));
    const run = (how: Omit<Run, 'minor'>) => compileAll(packed, { minor, ...how }, join(work, minor, how.seed));
    const [one, other] = await Promise.all([run(plain), run(disturbed)]);
    compiled = one;
    const different = differing(one.pycs, other.pycs);
    note(`- Bytecode of ${minor}: ${one.pycs.size} files (${megabytes(one.pycs)} MB) compiled twice, ${different.length} differ.`);
    expect(different).toEqual([]);
    expect([one.report.crashed, other.report.crashed]).toEqual([[], []]);
    expect(one.pycs.size).toBeGreaterThanOrEqual(leastFiles[minor]);
  });

  it('loads as what CPython compiles', { timeout: hour }, async () => {
    const { verdicts, by } = await verdictsOf(minor, packed, compiled.base);
    note(`- Bytecode of ${minor} against ${by}: ${summaryOf(verdicts)}.`);
    expect(
      unexplained(
        verdicts,
        rows.filter((row) => row.minor === minor),
      ),
    ).toEqual([]);
    expect(verdicts).toHaveLength(compiled.pycs.size);
    rmSync(join(work, minor), { recursive: true, force: true });
  });
});

/** The sign of a NaN is another one there. */
it.each(minors)('bytecode of CPython %s is the same on arm64', { timeout: hour }, async (minor) => {
  const node = await arm64Node(work);
  const directory = join(work, `${minor}-arm64`);
  const packed = packSources(new Map([...sample(real, emulatedFiles), ...madeSources]), minor, directory);
  const here = await compileAll(packed, { minor, ...plain }, join(directory, 'here'));
  const there = await compileAll(packed, { minor, ...plain, node }, join(directory, 'there'));
  const different = differing(here.pycs, there.pycs);
  note(`- Bytecode of ${minor} on ${there.report.architecture} under qemu: ${there.pycs.size} files, ${different.length} differ.`);
  expect(there.report).toEqual({ architecture: 'arm64', crashed: [] });
  expect(different).toEqual([]);
  expect(there.pycs.get(pathOf('made/nan.py', minor))).toBeDefined();
  expect(there.pycs.size).toBe(emulatedFiles + madeSources.size);
});
