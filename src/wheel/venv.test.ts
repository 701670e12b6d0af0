import { describe, expect, it } from 'vitest';
import { digestOf } from '../digest.ts';
import { venvEntries } from './venv.ts';

describe('venvEntries', () => {
  const { entries, texts } = venvEntries({ venv: '/app/.venv', python: { path: '/usr/local/bin/python3.13', version: '3.13.5' } });

  it('lists directories, links and the configuration, parents first', () => {
    expect(entries.map((entry) => (entry.type === 'symlink' ? `${entry.path} -> ${entry.target}` : entry.path))).toEqual([
      'app',
      'app/.venv',
      'app/.venv/bin',
      'app/.venv/bin/python -> /usr/local/bin/python3.13',
      'app/.venv/bin/python3 -> python',
      'app/.venv/bin/python3.13 -> python',
      'app/.venv/lib',
      'app/.venv/lib/python3.13',
      'app/.venv/lib/python3.13/site-packages',
      'app/.venv/lib64 -> lib',
      'app/.venv/pyvenv.cfg',
    ]);
  });

  it('keeps the packages of the base out', () => {
    const config =
      'home = /usr/local/bin\nimplementation = CPython\nversion_info = 3.13.5\ninclude-system-site-packages = false\nwherry = 1\n';
    expect(texts).toEqual({ [digestOf(config)]: config });
    expect(entries.at(-1)).toMatchObject({ type: 'file', sha256: digestOf(config), size: config.length, mode: 0o644 });
  });

  it('leaves directories of the base alone', () => {
    expect(venvEntries({ venv: '/opt/venv', python: { path: '/usr/bin/python3', version: '3.11.2' } }).entries[0]?.path).toBe('opt/venv');
  });
});
