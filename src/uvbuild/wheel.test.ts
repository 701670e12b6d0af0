import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'smol-toml';
import { expect, it, onTestFinished } from 'vitest';
import { digestOf } from '../digest.ts';
import type { WheelsRecipe } from '../plan/recipe.ts';
import type { Member, SourceFile, SourceTree } from '../project/types.ts';
import { installWheels } from '../wheel/index.ts';
import { planUvBuild, uvBuildInputs } from './plan.ts';
import { uvBuildWheel } from './wheel.ts';

const text = `[project]
name = "My.Demo"
version = "1.0"
readme = "README.md"
license = "MIT"
license-files = ["LICENCE"]
dependencies = ["idna"]

[project.scripts]
run = "my_demo:main"

[tool.uv.build-backend]
data = { scripts = "bin" }

[build-system]
requires = ["uv_build>=0.9"]
build-backend = "uv_build"
`;

const files: Readonly<Record<string, string>> = {
  LICENCE: 'Do what you like.\n',
  'README.md': 'Words.\n',
  'bin/tool': '#!python\nprint(1)\n',
  'src/my_demo/__init__.py': 'def main(): ...\n',
  'src/my_demo/data/ü.txt': 'x',
  'src/my_demo/run.sh': '#!/bin/sh\n',
};

it('installs to the very files that the plan of a member lists', () => {
  const pyproject = { file: '/work/pyproject.toml', text, data: parse(text) };
  const member: Member = { name: 'my-demo', path: '.', pyproject, version: '1.0', isPackage: true, backend: 'uv_build' };
  const list = Object.entries(files).map(
    ([path, content]): SourceFile => ({
      type: 'file',
      path,
      sha256: digestOf(content),
      size: Buffer.byteLength(content),
      executable: content.startsWith('#!'),
    }),
  );
  const tree: SourceTree = { directory: '/work', files: list, leftOut: [] };
  const contents = new Map(Object.values(files).map((content) => [digestOf(content), Buffer.from(content)]));
  const texts = new Map(uvBuildInputs(member, tree).map((path) => [path, files[path] ?? '']));
  const planned = planUvBuild({ member, tree, venv: '/app/.venv', pythonMinor: '3.13', texts });

  const { name, bytes } = uvBuildWheel({ member, tree, contents });
  expect(name).toBe('my_demo-1.0-py3-none-any.whl');
  const folder = mkdtempSync(join(tmpdir(), 'wherry-uvbuild-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, name), bytes);
  const wheels = [{ name: 'my-demo', version: '1.0', sha256: digestOf(bytes) }];
  const recipe: WheelsRecipe = {
    kind: 'wheels',
    format: 2,
    venv: '/app/.venv',
    pythonMinor: '3.13',
    bytecode: 'none',
    times: 'content',
    wheels,
  };
  const installed = [...installWheels(recipe, () => join(folder, name)).entries].map((entry) => {
    const { path, mode, mtime, type } = entry;
    const sha256 = entry.type === 'file' ? digestOf(Buffer.concat([...entry.content()].map((chunk) => Buffer.from(chunk)))) : undefined;
    return { path, mode, mtime, type, ...(sha256 && { sha256 }) };
  });
  const expected = planned.entries.map((entry) => {
    const { path, mode, mtime, type } = entry;
    return { path, mode, mtime, type, ...(entry.type === 'file' && { sha256: entry.sha256 }) };
  });
  const byPath = (a: { path: string }, b: { path: string }) => (a.path < b.path ? -1 : 1);
  expect(installed.sort(byPath)).toEqual(expected.sort(byPath));
});
