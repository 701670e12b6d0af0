import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { errorCatalog } from '../errors/index.ts';
import { describeProgram, leaves } from './program.ts';
import { createTerminal } from './terminal.ts';

const root = join(import.meta.dirname, '../..');
const program = describeProgram({ terminal: createTerminal(process, new AbortController().signal), done: () => {} });
const commands = new Map(
  leaves(program).map((command) => [nameOf(command), new Set(command.options.flatMap(({ short, long }) => [short, long]))]),
);
const everyOption = new Set([...commands.values()].flatMap((options) => [...options]));
/** Options of uv, pip and docker that advice names. */
const foreign = new Set([
  '--wheel',
  '--check',
  '--upgrade-package',
  '--format',
  '--index-url',
  '--extra-index-url',
  '--universal',
  '--generate-hashes',
  '--require-hashes',
  '--hash',
  '--prod',
  '--help',
]);

function nameOf(command: ReturnType<typeof leaves>[number]): string {
  return command.parent === null || command.parent === program ? command.name() : `${command.parent.name()} ${command.name()}`;
}

/** What is wrong with a command line as documents show it; nothing is wrong with other programs. */
function wrongIn(line: string): string[] {
  const [text = ''] = line
    .replace(/^(?:bin\/)?wherry\s+/, '')
    .replaceAll(/"\$\([^)]*\)"/g, 'X')
    .split(/\s+(?:#|--\s|\||>|<|&&)|;/, 1);
  const words = text.trim().split(/\s+/);
  const options = commands.get(words.slice(0, 2).join(' ')) ?? commands.get(words[0] ?? '');
  if (options === undefined) return /^-|^[A-Z…[]|^$/.test(text) ? [] : [`no command: wherry ${text}`];
  const used = words.flatMap((word) => /^(--?[a-z][a-z-]*)(?==|$)/.exec(word)?.[1] ?? []);
  return used.filter((option) => !options.has(option) && option !== '--help').map((option) => `no ${option}: wherry ${text}`);
}

const documents = globSync(['README.md', 'CONTRIBUTING.md', 'docs/**/*.md', 'examples/*/README.md'], { cwd: root }).map(String);

it.each(documents)('%s shows commands that there are', (document) => {
  const text = readFileSync(join(root, document), 'utf8');
  const blocks = [...text.matchAll(/^```[^\n]*\n(.*?)^```/gms)].flatMap(([, block = '']) => block.split('\n'));
  const spans = [...text.replace(/^```.*?^```/gms, '').matchAll(/`([^`]+)`/g)].map(([, span = '']) => span);
  const shown = [...blocks, ...spans].filter((line) => /^(?:bin\/)?wherry\s/.test(line));
  expect(shown.flatMap(wrongIn)).toEqual([]);
});

it('advice names options that there are', () => {
  const texts = Object.values(errorCatalog).flatMap(({ cause, fix }) => [cause, fix]);
  const named = texts.flatMap((text) => [...text.matchAll(/(?<![\w-])--[a-z][a-z-]*/g)].map(([option]) => option));
  expect(named.filter((option) => !everyOption.has(option) && !foreign.has(option))).toEqual([]);
});

it('sees what is not there', () => {
  expect(wrongIn('wherry biuld --oci out')).toEqual(['no command: wherry biuld --oci out']);
  expect(wrongIn('wherry build --engine buildkit -t 1  # comment --no')).toEqual(['no --engine: wherry build --engine buildkit -t 1']);
  expect(wrongIn('wherry cache prune --all')).toEqual([]);
});
