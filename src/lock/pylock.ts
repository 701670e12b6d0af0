import path from 'node:path/posix';
import { parse, TomlError } from 'smol-toml';
import { ToolError } from '../errors/index.ts';
import { normalizeName, parseMarker, parseSpecifiers, parseVersion } from '../packaging/index.ts';
import type { Pin, PinnedLock } from './pinned.ts';
import { lineOf, packageLines } from './position.ts';
import { pylockPin, readable } from './pylock-package.ts';
import { redact } from './redact.ts';
import { child, listOf, type Node, optionalText, placeName, refuse, ShapeError, textOf, textsOf } from './shape.ts';

/** Where a pylock.toml lies: `file` is absolute, `base` its directory relative to the workspace root (POSIX). */
export interface PylockPlace {
  readonly file: string;
  readonly base: string;
}

/**
 * Parses a pylock.toml (PEP 751, version 1.x). `packages.dependencies`, `attestation-identities` and `tool` are for people and other programs.
 * Errors: `LOCK_BROKEN` (not TOML, another shape, a marker or version that cannot be read), `LOCK_UNSUPPORTED` (another major version).
 */
export function parsePylock(text: string, place: PylockPlace): PinnedLock {
  const label = path.basename(place.file);
  const regenerate = `uv export --format pylock.toml --no-dev --no-emit-project -o ${label}`;
  try {
    const root: Node = { value: parse(text), place: [] };
    const notes = checkVersion(root, { text, file: place.file, label });
    return { kind: 'pinned', format: 'pylock', file: place.file, label, regenerate, notes, ...contentsOf(root, text, place) };
  } catch (error) {
    if (error instanceof ShapeError || error instanceof TomlError) throw broken(error, { text, file: place.file, label, regenerate });
    throw error;
  }
}

function contentsOf(
  root: Node,
  text: string,
  place: PylockPlace,
): Omit<PinnedLock, 'kind' | 'format' | 'file' | 'label' | 'regenerate' | 'notes'> {
  const lines = packageLines(text);
  const packages = child(root, 'packages');
  if (packages.value === undefined) refuse(packages, 'is missing');
  const pins = listOf(packages).map((node, index): Pin => {
    const where = { file: place.file, line: lines[index] ?? 1 };
    return { ...pylockPin(node, place.base), where };
  });
  const environments = child(root, 'environments');
  const requiresPython = child(root, 'requires-python');
  for (const marker of listOf(environments)) readable(marker, (value) => parseMarker(value));
  readable(requiresPython, parseSpecifiers);
  const groups = namesOf(child(root, 'dependency-groups'));
  const defaultGroups = namesOf(child(root, 'default-groups'));
  return {
    requiresPython: optionalText(requiresPython),
    environments: textsOf(environments),
    extras: namesOf(child(root, 'extras')),
    groups,
    defaultGroups,
    pins,
  };
}

function namesOf(node: Node): readonly string[] {
  return [...new Set(textsOf(node).map(normalizeName))];
}

/** A higher minor version is read, and said; a higher major one is not (PEP 751, "lock-version"). */
function checkVersion(
  root: Node,
  { text, file, label }: { readonly text: string; readonly file: string; readonly label: string },
): readonly string[] {
  const node = child(root, 'lock-version');
  const written = textOf(node);
  readable(node, parseVersion);
  const [major, minor = 0] = parseVersion(written).release;
  if (major !== 1) {
    throw new ToolError('LOCK_UNSUPPORTED', `${label} has lock-version ${written}; only 1.x is known`, {
      where: { file, line: lineOf(text, ['lock-version']) },
      hint: 'use a newer Wherry, or write the file with a tool that makes version 1.0',
    });
  }
  return minor === 0 ? [] : [`${label} has lock-version ${written}; what is newer than 1.0 in it is not known here`];
}

interface Source {
  readonly text: string;
  readonly file: string;
  readonly label: string;
  readonly regenerate: string;
}

function broken(error: ShapeError | TomlError, { text, file, label, regenerate }: Source): ToolError {
  const hint = `write the file again, for example with: ${regenerate}`;
  if (error instanceof TomlError) {
    // The rest of the parser's message quotes the source, which may hold credentials.
    const [summary = ''] = error.message.split('\n');
    const where = { file, line: error.line, column: error.column };
    return new ToolError('LOCK_BROKEN', `${label} is not TOML: ${redact(summary)}`, { where, hint });
  }
  const name = placeName(error.place);
  const message = redact(`${label} is broken: ${name === '' ? '' : `${name} `}${error.message}`);
  return new ToolError('LOCK_BROKEN', message, { where: { file, line: lineOf(text, error.place) }, hint });
}
