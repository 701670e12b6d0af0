import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parse } from 'smol-toml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { digestOf } from '../../src/digest.ts';
import type { WheelsRecipe } from '../../src/plan/recipe.ts';
import { readSourceTree } from '../../src/project/index.ts';
import type { Member, SourceFile } from '../../src/project/types.ts';
import { planUvBuild, uvBuildInputs } from '../../src/uvbuild/index.ts';
import { installWheels } from '../../src/wheel/index.ts';
import { type Fixture, projects } from './uvbuild-projects.ts';

const uv = join(import.meta.dirname, '../../.cache/venv/bin/uv');
const venv = '/app/.venv';
const pythonMinor = '3.13';

/**
 * For each project made on the spot: the wheel that the real `uv build` makes, installed by our installer, against our own plan of the same
 * sources. Equal paths, modes and bytes, except RECORD (it lists the WHEEL file) and the Generator line of WHEEL.
 */
describe('uv_build', () => {
  let base = '';
  beforeAll(() => {
    base = mkdtempSync(join(tmpdir(), 'wherry-uvbuild-'));
  });
  afterAll(() => rmSync(base, { recursive: true, force: true }));

  it.each(projects)('$name', async (project) => {
    const directory = join(base, project.name);
    writeProject(directory, project);
    const wheel = uvWheel(directory);
    expect(await ours(directory)).toEqual(theirs(wheel));
  });
});

function writeProject(directory: string, project: Fixture): void {
  for (const [path, text] of Object.entries(project.files)) {
    const file = join(directory, path);
    mkdirSync(dirname(file), { recursive: true });
    if (text.startsWith('-> ')) symlinkSync(text.slice(3), file);
    else writeFileSync(file, text);
    if (text.startsWith('#!')) chmodSync(file, 0o755);
  }
  const system = '[build-system]\nrequires = ["uv_build"]\nbuild-backend = "uv_build"\n';
  writeFileSync(join(directory, 'pyproject.toml'), `${project.pyproject}\n${system}`);
}

function uvWheel(directory: string): string {
  const out = `${directory}-dist`;
  execFileSync(uv, ['build', '--quiet', '--offline', '--wheel', '--out-dir', out, directory], { stdio: ['ignore', 'ignore', 'inherit'] });
  const [file = ''] = readdirSync(out).filter((name) => name.endsWith('.whl'));
  return join(out, file);
}

interface Seen {
  readonly type: string;
  readonly mode: number;
  readonly text?: string;
}

/** RECORD is compared by the paths that it lists. */
function normal(path: string, bytes: Buffer): string {
  if (path.endsWith('.dist-info/RECORD')) return bytes.toString().replace(/,[^,]*,\d*$/gm, '');
  if (path.endsWith('.dist-info/WHEEL')) return bytes.toString().replace(/^Generator: .*$/m, 'Generator: X');
  return bytes.toString('latin1');
}

function theirs(wheel: string): Record<string, Seen> {
  const sha256 = digestOf(readFileSync(wheel));
  const [name = '', version = ''] = (wheel.split('/').at(-1) as string).split('-');
  const recipe: WheelsRecipe = {
    kind: 'wheels',
    format: 2,
    venv,
    pythonMinor,
    bytecode: 'none',
    wheels: [{ name: name.replaceAll('_', '-'), version, sha256 }],
  };
  const entries = [...installWheels(recipe, () => wheel).entries].filter((entry) => entry.type !== 'directory');
  return Object.fromEntries(
    entries.map((entry) => {
      const text =
        entry.type === 'file' ? normal(entry.path, Buffer.concat(Array.from(entry.content(), (chunk) => Buffer.from(chunk)))) : undefined;
      return [entry.path, { type: entry.type, mode: entry.mode, ...(text === undefined ? {} : { text }) }];
    }),
  );
}

async function ours(directory: string): Promise<Record<string, Seen>> {
  const tree = await readSourceTree(directory, { rules: 'none' });
  const member = memberOf(directory);
  const texts = new Map(uvBuildInputs(member, tree).map((path) => [path, readFileSync(join(directory, path), 'utf8')]));
  const plan = planUvBuild({ member, tree, venv, pythonMinor, texts });
  const bytes = new Map(tree.files.flatMap((file) => contentOf(directory, file)));
  for (const [digest, text] of Object.entries(plan.texts)) bytes.set(digest, Buffer.from(text));
  const files = plan.entries.filter((entry) => entry.type !== 'directory');
  return Object.fromEntries(
    files.map((entry) => {
      const text = entry.type === 'file' ? normal(entry.path, bytes.get(entry.sha256) as Buffer) : undefined;
      return [entry.path, { type: entry.type, mode: entry.mode, ...(text === undefined ? {} : { text }) }];
    }),
  );
}

function contentOf(directory: string, file: SourceFile): [string, Buffer][] {
  const path = join(directory, file.path);
  return file.type === 'file' && existsSync(path) ? [[file.sha256, readFileSync(path)]] : [];
}

function memberOf(directory: string): Member {
  const file = join(directory, 'pyproject.toml');
  const text = readFileSync(file, 'utf8');
  const pyproject = { file, text, data: parse(text) };
  const { name } = (pyproject.data as { project: { name: string } }).project;
  return { name, path: '.', pyproject, version: undefined, isPackage: true, backend: 'uv_build' };
}
