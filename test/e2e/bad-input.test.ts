import { beforeAll, describe, expect, it } from 'vitest';
import { wheelRules } from '../../src/wheel/rules.ts';
import { zipRules } from '../../src/zip/rules.ts';
import { wheelRows, zipRows } from './faults/archive-rows.ts';
import { goodBuild, type Lab, type LabBytecode, login, makeSeed, openLab, type Seed, storeProblems } from './faults/lab.ts';
import { uvLockRows, wherryLockRows } from './faults/lock-rows.ts';
import { indexRows, mirrorRows, passingFaults } from './faults/network-rows.ts';
import { alpha, wheelPath } from './faults/project.ts';
import { projectRows, usageRows } from './faults/project-rows.ts';
import type { Row } from './faults/row.ts';
import { alterDeb, storeRows } from './faults/store-rows.ts';
import { digestIn, type Outcome } from './wherry.ts';

const seeds = new Map<LabBytecode, Seed>();
/** Digests of the good build. */
const references = new Map<LabBytecode, string>();

beforeAll(async () => {
  for (const bytecode of ['all', 'none'] as const) {
    seeds.set(bytecode, await makeSeed(bytecode));
    references.set(bytecode, await inLab(bytecode, (lab) => goodBuild(lab)));
  }
});

async function inLab<T>(bytecode: LabBytecode, work: (lab: Lab, reference: string | undefined) => Promise<T>): Promise<T> {
  const lab = await openLab(seeds.get(bytecode) as Seed);
  try {
    return await work(lab, references.get(bytecode));
  } finally {
    await lab.close();
  }
}

/** The situation, what is said about it, a clean store, and a good build as if nothing had happened. */
async function play(row: Row, bytecode: LabBytecode): Promise<void> {
  await inLab(bytecode, async (lab, reference) => {
    await row.arrange?.(lab);
    const args = row.args?.(lab) ?? ['build', lab.project];
    const outcome = await lab.run(args, { env: row.env?.(lab) ?? {} });
    report(row, outcome);
    expectError(row, outcome);
    if (row.early === true) expect(lab.index.seen).toEqual([]);
    await row.after?.(lab);
    expect(await storeProblems(lab)).toEqual([]);
    lab.mend();
    expect(await goodBuild(lab)).toBe(reference);
  });
}

function expectError(row: Row, { status, out, err }: Outcome): void {
  const [, code, rest = ''] = /^error\[([A-Z_]+)\]: ([\s\S]*)/m.exec(err) ?? [];
  expect({ code, status, out }, err).toEqual({ code: row.code, status: row.status, out: '' });
  const [facts = '', hint = ''] = rest.split('\nhint: ');
  expect(`${facts}\n`).toMatch(row.shows ?? /./);
  expect(hint.trimEnd(), 'one line of hint').toMatch(/^[^\n]+$/);
  expect(hint).toMatch(row.hint);
  expect(err).not.toMatch(/\n\s+at \S.*:\d+:\d+|undefined|\[object|node:internal|INTERNAL/);
  expect(err).not.toContain(login.password);
  expect(err).not.toContain('planted');
}

function report(row: Row, { err }: Outcome): void {
  if (process.env.SHOW_ERRORS) console.log(`--- ${row.code}: ${row.name}\n${err}`);
}

const table = (rows: readonly Row[]): [string, Row][] => rows.map((row) => [`${row.code}, ${row.name}`, row]);

// With bytecode where the store is at fault, which holds an interpreter's memory; it is also in most of what a build survives, below.
describe.concurrent.each([
  ['uv.lock', uvLockRows, 'none'],
  ['wherry.lock', wherryLockRows, 'none'],
  ['project and configuration', projectRows, 'none'],
  ['command line', usageRows, 'none'],
  ['index', indexRows, 'none'],
  ['Debian mirror and --offline', mirrorRows, 'none'],
  ['store', storeRows, 'all'],
  ['zip archives', zipRows, 'none'],
  ['wheels', wheelRows, 'none'],
] as const)('%s', (_, rows, bytecode) => {
  it.each(table(rows))('%s', async (_name, row) => await play(row, bytecode));
});

describe.concurrent('what a build survives', () => {
  it.each(passingFaults)('%s', async (_, fault) => {
    await inLab('all', async (lab, reference) => {
      lab.index.fault(wheelPath(alpha), fault);
      expect(await goodBuild(lab)).toBe(reference);
      expect(lab.index.seen.filter((line) => line === `GET ${wheelPath(alpha)}`).length).toBe(1 + (fault.times ?? 0));
      expect(await storeProblems(lab)).toEqual([]);
    });
  });

  it('an index that wants a login, which the environment has', async () => {
    await inLab('all', async (lab, reference) => {
      lab.index.protect(login);
      expect(await goodBuild(lab)).toBe(reference);
    });
  });

  it('a package that was altered in the store: it is fetched anew', async () => {
    await inLab('none', async (lab, reference) => {
      const hex = alterDeb(lab);
      expect(await storeProblems(lab)).toEqual(expect.arrayContaining([expect.stringContaining(hex)]));
      expect(await goodBuild(lab)).toBe(reference);
      expect(lab.index.seen.filter((line) => line.includes('base-files'))).toHaveLength(1);
      expect(await storeProblems(lab)).toEqual([]);
    });
  });

  it('an altered package while the mirror is away: an error, and no altered image', async () => {
    await inLab('none', async (lab, reference) => {
      alterDeb(lab);
      lab.index.fault(/base-files/, { kind: 'status', status: 404 });
      const { status, out, err } = await lab.run(['build', lab.project]);
      expect({ status, out }).toEqual({ status: 2, out: '' });
      expect(err).toContain('error[DEB_GONE]');
      expect(await storeProblems(lab)).toEqual([]);
      lab.mend();
      expect(await goodBuild(lab)).toBe(reference);
    });
  });

  it('nothing but the digest with --quiet', async () => {
    await inLab('all', async (lab, reference) => {
      const { status, out, err } = await lab.run(['build', lab.project, '--quiet']);
      expect({ status, err, digest: digestIn(out) }).toEqual({ status: 0, err: '', digest: reference });
    });
  });

  it('errors as data, with --json', async () => {
    await inLab('none', async (lab) => {
      lab.edit('uv.lock', () => undefined);
      const { status, out } = await lab.run(['build', lab.project, '--json']);
      expect(status).toBe(1);
      expect(JSON.parse(out)).toMatchObject({
        schemaVersion: 1,
        error: { code: 'LOCK_MISSING', hint: expect.stringContaining('uv lock') },
      });
    });
  });
});

describe('the table', () => {
  it.each([
    ['zip', zipRules, zipRows],
    ['wheel', wheelRules, wheelRows],
  ])('has a row for every rule of the %s refuse list', (_, rules, rows) => {
    expect(Object.keys(rules).filter((rule) => !rows.some((row) => row.name.split(':')[0] === rule))).toEqual([]);
  });

  it('has one good image with bytecode, and another without', () => {
    expect(new Set(references.values()).size).toBe(2);
  });
});
