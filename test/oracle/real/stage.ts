import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Files that uv reads of a project when it installs from its lock as it is. */
const read = new Set(['pyproject.toml', 'uv.toml', '.python-version']);

/**
 * Copies of a project what uv reads, with every file of the lock moved to `address`: the path there is the file's hash and name, so
 * whoever is asked for it knows the very artefact.
 */
export function stageProject(project: string, options: { readonly into: string; readonly address: string }): void {
  const { into, address } = options;
  const lock = readFileSync(join(project, 'uv.lock'), 'utf8');
  const trees = [...lock.matchAll(treeSource)].map(([, name = '', tree = '']) => ({ name, directory: join(into, tree) }));
  mkdirSync(into, { recursive: true });
  copy(project, into);
  for (const tree of trees) holdBuilds(tree, address);
  writeFileSync(join(into, 'uv.lock'), movedFiles(lock, address));
}

/** Where the build system of every staged tree seems to lie; no answer ever comes from there. */
export const heldBuildSystem = '/hold/';

const treeSource = /^name = "([^"]+)"\n(?:version = "[^"]*"\n)?source = \{ (?:editable|virtual|directory) = "([^"]+)"/gm;

/** A tree that the checkout lacks (a submodule, a generated project) gets a pyproject.toml, so that uv finds something there. */
function holdBuilds({ name, directory }: { readonly name: string; readonly directory: string }, address: string): void {
  mkdirSync(directory, { recursive: true });
  const file = join(directory, 'pyproject.toml');
  const text = existsSync(file) ? readFileSync(file, 'utf8') : `[project]\nname = "${name}"\nversion = "1"\n`;
  const rest = text.replace(/^\[build-system\][^\n]*\n(?:(?!\[)[^\n]*\n?)*/m, '');
  const held = `[build-system]\nrequires = ["hold @ ${address}${heldBuildSystem}hold-1-py3-none-any.whl"]\nbuild-backend = "hold"\n`;
  writeFileSync(file, `${held}\n${rest}`);
}

/** The text of a lock whose files all lie at `address`. Files without a hash are `/-/name`. */
export function movedFiles(lock: string, address: string): string {
  const hashes = new Map<string, string>();
  // A direct URL stands twice: as the source, without a hash, and as the file.
  for (const [, url = '', hash] of lock.matchAll(/\{ url = "([^"]+)"(?:, hash = "([^"]+)")?/g)) {
    hashes.set(url, hash ?? hashes.get(url) ?? '-');
  }
  return lock.replace(/\burl = "([^"]+)"/g, (whole, url: string) => {
    const hash = hashes.get(url);
    return hash === undefined ? whole : `url = "${address}/${hash}/${fileName(url)}"`;
  });
}

function fileName(url: string): string {
  const path = url.replace(/[?#].*$/, '');
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Only the directories that hold something to copy. */
function copy(from: string, to: string): void {
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) copy(source, target);
    if (!entry.isFile() || !read.has(entry.name)) continue;
    mkdirSync(to, { recursive: true });
    writeFileSync(target, withoutIdleRules(readFileSync(source, 'utf8')));
  }
}

/**
 * Without settings that decide nothing about what is installed: which uv may be used, and how builds find what they need. The latter
 * make uv fetch in two steps, and the second one never comes.
 */
function withoutIdleRules(text: string): string {
  return text
    .replace(/^required-version\s*=.*$/gm, '')
    .replace(/^no-build-isolation(-package)?\s*=\s*(\[[^\]]*\]|true)/gm, '')
    .replace(/^\[tool\.uv\.extra-build-dependencies\][^\n]*\n(?:(?!\[)[^\n]*\n?)*/m, '');
}
