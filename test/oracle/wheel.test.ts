import { execFileSync } from 'node:child_process';
import { lstatSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Digest, digestOf } from '../../src/digest.ts';
import { normalizeName } from '../../src/packaging/index.ts';
import type { WheelItem } from '../../src/plan/recipe.ts';
import { installWheels, venvEntries } from '../../src/wheel/index.ts';
import allowed from './wheel-differences.json' with { type: 'json' };
import { downloadWheels } from './wheels.ts';

const root = join(import.meta.dirname, '../..');
const uv = join(root, '.cache/venv/bin/uv');
const python = join(root, '.cache/venv/bin/python');

/** One file of an environment. Texts are compared after the normalisation that its row of allowed differences names. */
interface Seen {
  readonly mode: string;
  readonly link?: string;
  readonly digest?: string;
}

/**
 * Real wheels (wheels.txt) installed by the real `uv pip install` and by us at the same path: equal paths, bytes, modes and links,
 * but for the rows of wheel-differences.json. A row that matches nothing fails.
 */
describe('installWheels against uv pip install', () => {
  let base = '';
  let theirs: Map<string, Seen>;
  let ours: Map<string, Seen>;
  const used = new Set<string>();

  beforeAll(() => {
    base = realpathSync(mkdtempSync(join(tmpdir(), 'wherry-wheels-')));
    const files = downloadWheels('wheels.txt');
    const venv = join(base, 'venv');
    const minor = installWithUv(venv, files);
    theirs = readDisk(venv);
    ours = readOurs(venv, files, minor);
  });
  afterAll(() => rmSync(base, { recursive: true, force: true }));

  it('installs a sample that is worth the name', () => {
    expect(
      readFileSync(join(import.meta.dirname, 'wheels.txt'), 'utf8')
        .trim()
        .split('\n').length,
    ).toBeGreaterThanOrEqual(15);
    expect(ours.size).toBeGreaterThan(5000);
  });

  it('gives the same tree', () => {
    const paths = [...new Set([...theirs.keys(), ...ours.keys()])].sort();
    const different = paths.filter((path) => JSON.stringify(theirs.get(path)) !== JSON.stringify(ours.get(path)));
    const unexpected = different.filter((path) => !isAllowed(path, used));
    expect(unexpected.map((path) => `${path}: ${JSON.stringify(theirs.get(path))} ${JSON.stringify(ours.get(path))}`)).toEqual([]);
  });

  it('has no row of allowed differences without use, and at most ten', () => {
    expect(allowed.filter((row) => !used.has(row.path))).toEqual([]);
    expect(allowed.length).toBeLessThanOrEqual(10);
  });
});

function isAllowed(path: string, used: Set<string>): boolean {
  const row = allowed.find((candidate) => new RegExp(`^${candidate.path}$`).test(path));
  if (row !== undefined) used.add(row.path);
  return row !== undefined;
}

function installWithUv(venv: string, files: readonly string[]): string {
  const env = { ...process.env, VIRTUAL_ENV: venv, UV_CACHE_DIR: join(venv, '../uv-cache'), UV_OFFLINE: '1' };
  execFileSync(uv, ['venv', '--quiet', '--python', python, venv], { env });
  execFileSync(uv, ['pip', 'install', '--quiet', '--no-deps', '--link-mode', 'copy', ...files], { env });
  return execFileSync(join(venv, 'bin/python'), ['-c', 'import sys; print("%d.%d" % sys.version_info[:2])']).toString().trim();
}

function readDisk(venv: string): Map<string, Seen> {
  const seen = new Map<string, Seen>();
  const names = readdirSync(venv, { recursive: true, encoding: 'utf8' });
  // The listing follows the link lib64.
  for (const name of names.filter((each) => !each.startsWith('lib64/'))) {
    const path = join(venv, name);
    const stat = lstatSync(path);
    if (stat.isSymbolicLink()) seen.set(name, { mode: 'link', link: readlinkSync(path) });
    else if (stat.isDirectory()) seen.set(name, { mode: 'directory' });
    else seen.set(name, { mode: (stat.mode & 0o777).toString(8), digest: digestFor(name, readFileSync(path)) });
  }
  return seen;
}

function readOurs(venv: string, files: readonly string[], minor: string): Map<string, Seen> {
  const paths = new Map<Digest, string>();
  const wheels = files.map((file): WheelItem => {
    const [name = '', version = ''] = (file.split('/').at(-1) as string).split('-');
    const sha256 = digestOf(readFileSync(file));
    paths.set(sha256, file);
    return { name: normalizeName(name), version, sha256 };
  });
  const home = realpathSync(python);
  const skeleton = venvEntries({ venv, python: { path: home, version: `${minor}.0` } });
  const recipe = { kind: 'wheels', format: 2, venv, pythonMinor: minor, bytecode: 'none', wheels } as const;
  const { entries } = installWheels(recipe, (sha256) => paths.get(sha256) as string);
  const prefix = `${venv.slice(1)}/`;
  const seen = new Map<string, Seen>();
  for (const entry of [...skeleton.entries, ...entries]) {
    if (!entry.path.startsWith(prefix)) continue;
    const name = entry.path.slice(prefix.length);
    if (entry.type === 'symlink') seen.set(name, { mode: 'link', link: entry.target });
    else if (entry.type === 'directory') seen.set(name, { mode: 'directory' });
    else if ('content' in entry)
      seen.set(name, {
        mode: entry.mode.toString(8),
        digest: digestFor(name, Buffer.concat(Array.from(entry.content(), (chunk) => Buffer.from(chunk)))),
      });
    else seen.set(name, { mode: entry.mode.toString(8), digest: entry.sha256 });
  }
  return seen;
}

/** RECORD is compared without the rows of files that only one side writes, and of those whose content differs by design. */
function digestFor(name: string, bytes: Buffer): string {
  if (!name.endsWith('.dist-info/RECORD') || name.includes('_vendor')) return digestOf(bytes);
  const rows = bytes.toString().split('\n');
  return digestOf(rows.filter((row) => !/\.dist-info\/(?:INSTALLER|direct_url\.json|uv_cache\.json),/.test(row)).join('\n'));
}
