import { beforeAll, describe, expect, it } from 'vitest';
import { wheelRules } from '../../src/wheel/rules.ts';
import { zipRules } from '../../src/zip/rules.ts';
import { wheelRows, zipRows } from './faults/archive-rows.ts';
import { goodBuild, type Lab, login, makeSeed, openLab, type Seed, storeProblems } from './faults/lab.ts';
import { uvLockRows, wherryLockRows } from './faults/lock-rows.ts';
import { indexRows, mirrorRows, passingFaults } from './faults/network-rows.ts';
import { alpha, wheelPath } from './faults/project.ts';
import { projectRows, usageRows } from './faults/project-rows.ts';
import type { Row } from './faults/row.ts';
import { alterDeb, storeRows } from './faults/store-rows.ts';
import { digestIn, type Outcome } from './wherry.ts';

let seed: Seed;
let reference = '';

beforeAll(async () => {
  seed = await makeSeed();
  reference = await inLab((lab) => goodBuild(lab));
});

async function inLab<T>(work: (lab: Lab) => Promise<T>): Promise<T> {
  const lab = await openLab(seed);
  try {
    return await work(lab);
  } finally {
    await lab.close();
  }
}

/** The situation, what is said about it, a clean store, and a good build as if nothing had happened. */
async function play(row: Row): Promise<void> {
  await inLab(async (lab) => {
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

describe.concurrent.each([
  ['uv.lock', uvLockRows],
  ['wherry.lock', wherryLockRows],
  ['project and configuration', projectRows],
  ['command line', usageRows],
  ['index', indexRows],
  ['Debian mirror and --offline', mirrorRows],
  ['store', storeRows],
  ['zip archives', zipRows],
  ['wheels', wheelRows],
])('%s', (_, rows) => {
  it.each(table(rows))('%s', async (_name, row) => await play(row));
});

describe.concurrent('what a build survives', () => {
  it.each(passingFaults)('%s', async (_, fault) => {
    await inLab(async (lab) => {
      lab.index.fault(wheelPath(alpha), fault);
      expect(await goodBuild(lab)).toBe(reference);
      expect(lab.index.seen.filter((line) => line === `GET ${wheelPath(alpha)}`).length).toBe(1 + (fault.times ?? 0));
      expect(await storeProblems(lab)).toEqual([]);
    });
  });

  it('an index that wants a login, which the environment has', async () => {
    await inLab(async (lab) => {
      lab.index.protect(login);
      expect(await goodBuild(lab)).toBe(reference);
    });
  });

  it('a package that was altered in the store: it is fetched anew', async () => {
    await inLab(async (lab) => {
      const hex = alterDeb(lab);
      expect(await storeProblems(lab)).toEqual(expect.arrayContaining([expect.stringContaining(hex)]));
      expect(await goodBuild(lab)).toBe(reference);
      expect(lab.index.seen.filter((line) => line.includes('base-files'))).toHaveLength(1);
      expect(await storeProblems(lab)).toEqual([]);
    });
  });

  it('an altered package while the mirror is away: an error, and no altered image', async () => {
    await inLab(async (lab) => {
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
    await inLab(async (lab) => {
      const { status, out, err } = await lab.run(['build', lab.project, '--quiet']);
      expect({ status, err, digest: digestIn(out) }).toEqual({ status: 0, err: '', digest: reference });
    });
  });

  it('errors as data, with --json', async () => {
    await inLab(async (lab) => {
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

  it('builds twice to one digest', () => {
    expect(digestIn(`shop@${reference}\n`)).toBe(reference);
  });
});
