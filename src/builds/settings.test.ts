import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cutoffOf, readBuildSettings } from './settings.ts';

const now = Date.parse('2026-11-01T00:00:00Z');
const day = 86_400_000;

describe('exclude-newer', () => {
  it.each([
    ['2026-10-01T00:00:00Z', Date.parse('2026-10-01T00:00:00Z')],
    ['2026-10-01T02:00:00+02:00', Date.parse('2026-10-01T00:00:00Z')],
    ['2026-10-01', new Date(2026, 9, 2).getTime()],
    ['2 weeks', now - 14 * day],
    ['1 day, 2 hours', now - day - 7_200_000],
    ['P3W', now - 21 * day],
    ['PT36H', now - 1.5 * day],
    [{ span: 'P1D' }, now - day],
    [undefined, undefined],
  ])('%j', (value, expected) => {
    expect(cutoffOf(value, now)).toBe(expected);
  });

  it.each(['soon', '2026-13-45', '3 moons', 7])('is refused as %j', (value) => {
    expect(() => cutoffOf(value, now)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
  });
});

describe('settings of builds', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'wherry-settings-'));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const read = (uv: object, env = {}) =>
    readBuildSettings({
      project: { root, rootPyproject: { file: join(root, 'pyproject.toml'), text: '', data: { tool: { uv } } } },
      env,
      constraints: ['own<1'],
      now,
    });

  it('come from [tool.uv]', async () => {
    const settings = await read({
      'build-constraint-dependencies': ['setuptools<80'],
      'extra-build-dependencies': { My_Demo: ['cython', { requirement: 'numpy', 'match-runtime': true }] },
      'config-settings': { a: 'x', b: ['y', 'z'], c: 7 },
      'config-settings-package': { demo: { a: 'w' } },
      'exclude-newer': '2026-10-01T00:00:00Z',
      'exclude-newer-package': { late: false, early: '2026-01-01T00:00:00Z' },
    });
    expect(settings.constraints).toEqual(['own<1', 'setuptools<80']);
    expect(settings.extra.get('my-demo')).toEqual(['cython', 'numpy']);
    expect([settings.configSettings('demo'), settings.configSettings('other')]).toEqual([
      { a: 'w', b: ['y', 'z'] },
      { a: 'x', b: ['y', 'z'] },
    ]);
    expect(['x', 'late', 'early'].map(settings.cutoff)).toEqual([
      Date.parse('2026-10-01T00:00:00Z'),
      undefined,
      Date.parse('2026-01-01T00:00:00Z'),
    ]);
  });

  it('come from uv.toml instead, and a variable wins', async () => {
    writeFileSync(join(root, 'uv.toml'), 'build-constraint-dependencies = ["flit<4"]\nexclude-newer = "2026-05-01T00:00:00Z"\n');
    const settings = await read({ 'build-constraint-dependencies': ['ignored'] }, { UV_EXCLUDE_NEWER: '2026-06-01T00:00:00Z' });
    expect(settings.constraints).toEqual(['own<1', 'flit<4']);
    expect(settings.cutoff('x')).toBe(Date.parse('2026-06-01T00:00:00Z'));
  });
});
