import { appendFileSync, lstatSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { enter, prepareRoot } from './chroot.ts';
import { execute } from './execute.ts';
import { unpackLayout } from './layout.ts';
import { build, root as checkout, lock } from './product.ts';
import { excludeNewer, writeFiles } from './sampleProject.ts';

const work = mkdtempSync(join(tmpdir(), 'wherry-bytecode-'));
const project = join(work, 'project');
const store = join(checkout, '.cache/e2e/store');
const site = 'app/.venv/lib/python3.13/site-packages';

const pyproject = `[project]
name = "shop"
version = "1.0"
requires-python = ">=3.11"
dependencies = ["iniconfig>=2"]

[build-system]
requires = ["uv_build>=0.9,<1"]
build-backend = "uv_build"

[tool.wherry]
command = ["python", "-m", "shop"]
base = "debian:13"

${excludeNewer}`;

beforeAll(async () => {
  if (process.getuid?.() !== 0) throw new Error('this test unpacks images with their owners: run it as root');
  await writeFiles(project, {
    'pyproject.toml': pyproject,
    'src/shop/__init__.py': 'word = "first"\n',
    'src/shop/broken.py': 'print "two"\n',
  });
  await lock(project);
});
afterAll(() => rmSync(work, { recursive: true, force: true }));

/** Builds with a setting and unpacks; the directory. */
async function rootWith(bytecode: string, ...flags: readonly string[]): Promise<string> {
  const place = [bytecode, ...flags].join('');
  const [layout, root] = [join(work, `oci-${place}`), join(work, `root-${place}`)];
  await build({ project, store, args: ['--oci', layout, ...flags], env: { WHERRY_BYTECODE: bytecode } });
  await unpackLayout(layout, root);
  await prepareRoot(root);
  return root;
}

interface Python {
  readonly out: string;
  /** Sources that were compiled when they were imported, by absolute path; not Debian's `sitecustomize.py`, a link to a file of settings. */
  readonly compiled: readonly string[];
  /** Bytecode that was taken instead. */
  readonly loaded: readonly string[];
}

async function python(root: string, code: string): Promise<Python> {
  const env = { PATH: '/app/.venv/bin:/usr/bin', HOME: '/tmp', LANG: 'C.UTF-8' };
  const { status, stdout, stderr } = await enter(['/app/.venv/bin/python', '-v', '-c', code], { root, cwd: '/app', env });
  if (status !== 0) throw new Error(`python ended with ${status}\n${stderr}`);
  const from = [...stderr.matchAll(/^# code object from '?([^'\n]+)'?$/gm)].map((match) => match[1] as string);
  return {
    out: stdout.trim(),
    compiled: from.filter((path) => path.endsWith('.py') && !lstatSync(join(root, path)).isSymbolicLink()),
    loaded: from.filter((path) => path.endsWith('.pyc')),
  };
}

const read = 'import json, iniconfig, shop; print(shop.word, getattr(iniconfig, "word", "unchanged"))';

describe('an image with bytecode', () => {
  let root: string;
  beforeAll(async () => {
    root = await rootWith('all');
  });

  it('starts without compiling anything', async () => {
    const { out, compiled, loaded } = await python(root, read);
    expect(out).toBe('first unchanged');
    expect(compiled).toEqual([]);
    for (const part of ['/usr/lib/python3.13/json/__pycache__/', '/iniconfig/__pycache__/', '/shop/__pycache__/']) {
      expect(loaded.some((path) => path.includes(part))).toBe(true);
    }
  });

  it('passes its own check, with a file that no Python 3 compiles', async () => {
    await execute([join(checkout, 'bin/wherry'), 'inspect', '--check', `oci:${join(work, 'oci-all')}`]);
    await expect(python(root, 'import shop.broken')).rejects.toThrow('SyntaxError');
  });

  it('takes an edit of own code at the next start, and keeps what it compiled checked', async () => {
    appendFileSync(join(root, site, 'shop/__init__.py'), 'word = "second"\n');
    const { out, compiled } = await python(root, read);
    expect(out).toBe('second unchanged');
    expect(compiled).toEqual([`/${site}/shop/__init__.py`]);
    expect((await python(root, read)).compiled).toEqual([]);
    expect(readFileSync(join(root, site, 'shop/__pycache__/__init__.cpython-313.pyc')).readUInt32LE(4)).toBe(3);
  });

  it('takes an edit of an installed package only when its bytecode is gone', async () => {
    appendFileSync(join(root, site, 'iniconfig/__init__.py'), 'word = "edited"\n');
    expect((await python(root, read)).out).toBe('second unchanged');
    rmSync(join(root, site, 'iniconfig/__pycache__/__init__.cpython-313.pyc'));
    expect((await python(root, read)).out).toBe('second edited');
  });
});

it('compiles packages alone with "deps"', async () => {
  const { compiled } = await python(await rootWith('deps'), read);
  expect(compiled).toEqual([`/${site}/shop/__init__.py`]);
});

it('holds none with --no-bytecode, whatever a variable says', async () => {
  const { loaded, compiled } = await python(await rootWith('all', '--no-bytecode'), read);
  expect(loaded).toEqual([]);
  expect(compiled.length).toBeGreaterThan(10);
});
