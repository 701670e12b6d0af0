import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const src = join(import.meta.dirname, '../src');
const architecture = readFileSync(join(import.meta.dirname, '../docs/architecture.md'), 'utf8');

/** The rows of docs/architecture.md, "Who may import whom". */
const table = new Map(
  (architecture.split('## Who may import whom')[1] as string).split('\n').flatMap((line) => {
    const [, folder, allowed] = /^\| `([a-z]+)`\s*\|(.*)\|$/.exec(line) ?? [];
    if (folder === undefined || allowed === undefined) return [];
    return [[folder, new Set([...allowed.matchAll(/`([a-z]+)`/g)].map((match) => match[1] as string))] as const];
  }),
);

interface Import {
  readonly from: string;
  readonly to: string;
  readonly typeOnly: boolean;
}

/** Imports between folders of `src`, as `[file, folder]`; tests and files directly below `src/` are left out. */
function folderImports(): { file: string; folder: string; imports: Import[] }[] {
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.ts') && !name.endsWith('.test.ts'),
  );
  return files
    .filter((name) => name.includes('/'))
    .map((name) => {
      const text = readFileSync(join(src, name), 'utf8');
      const imports = [...text.matchAll(/^\s*(?:import|export)\s+(type\s)?[^;]*?from '(\.[^']+)'/gms)].map((match) => {
        const target = relative(src, resolve(src, name, '..', match[2] as string));
        return { from: name, to: target, typeOnly: match[1] !== undefined };
      });
      return { file: name, folder: name.split('/')[0] as string, imports };
    });
}

describe('the import order of docs/architecture.md', () => {
  const files = folderImports();

  it('has a row for every folder but cli', () => {
    const folders = [...new Set(files.map((file) => file.folder))].filter((folder) => folder !== 'cli' && folder !== 'testing');
    expect([...folders].filter((folder) => !table.has(folder))).toEqual([]);
  });

  it('is kept by every file', () => {
    const broken = files
      .filter((file) => file.folder !== 'cli')
      .flatMap((file) => file.imports)
      .filter(({ from, to }) => {
        const [folder, target] = [from.split('/')[0] as string, to.split('/')[0] as string];
        return to.includes('/') && target !== folder && !(table.get(folder)?.has(target) ?? false);
      })
      .map(({ from, to }) => `${from} → ${to}`);
    expect(broken).toEqual([]);
  });

  it('is imported by nobody: cli', () => {
    const broken = files.filter((file) => file.folder !== 'cli').flatMap((file) => file.imports.filter(({ to }) => to.startsWith('cli/')));
    expect(broken).toEqual([]);
  });
});
