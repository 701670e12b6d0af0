import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readBuildSettings } from './settings.ts';

const now = Date.parse('2026-11-01T00:00:00Z');

describe('settings of builds', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'wherry-settings-'));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const read = (uv: object, env = {}) =>
    readBuildSettings({
      project: { root, rootPyproject: { file: join(root, 'pyproject.toml'), text: '', data: { tool: { uv } } } },
      env: { HOME: root, XDG_CONFIG_DIRS: root, ...env },
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

  it('come from uv.toml instead, but for constraints, which uv reads from pyproject.toml alone; a variable wins', async () => {
    const text = 'build-constraint-dependencies = ["flit<4"]\nexclude-newer = "2026-05-01T00:00:00Z"\nconfig-settings = { a = "x" }\n';
    writeFileSync(join(root, 'uv.toml'), text);
    const uv = { 'build-constraint-dependencies': ['setuptools<80'], 'config-settings': { a: 'ignored' } };
    const settings = await read(uv, { UV_EXCLUDE_NEWER: '2026-06-01T00:00:00Z' });
    expect(settings.constraints).toEqual(['own<1', 'setuptools<80']);
    expect(settings.configSettings('x')).toEqual({ a: 'x' });
    expect(settings.cutoff('x')).toBe(Date.parse('2026-06-01T00:00:00Z'));
  });

  it('come from the machine only where they decide what is locked', async () => {
    mkdirSync(join(root, '.config/uv'), { recursive: true });
    writeFileSync(join(root, '.config/uv/uv.toml'), 'exclude-newer = "1 week"\nconfig-settings = { a = "x" }\n');
    const settings = await read({});
    expect(settings.configSettings('x')).toEqual({});
    expect(settings.cutoff('x')).toBe(now - 7 * 86_400_000);
  });
});
