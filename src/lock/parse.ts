import { parse, TomlError } from 'smol-toml';
import { ToolError, type Where } from '../errors/index.ts';
import { checkGraph } from './graph.ts';
import { manifestOf } from './manifest.ts';
import { packageOf } from './package.ts';
import { lineOf } from './position.ts';
import { redact } from './redact.ts';
import { child, listOf, type Node, optionalCount, optionalText, placeName, ShapeError, tableOf, textOf, textsOf } from './shape.ts';
import type { ConflictItem, Lock, Manifest } from './types.ts';

const regenerate = 'run uv lock to write the file again';

/**
 * Parses the text of a uv.lock. Format version 1, any revision; unknown keys are ignored (uv-and-wheels §1).
 * Errors: `LOCK_BROKEN` (not TOML, not uv's shape, duplicates, dangling edges), `LOCK_UNSUPPORTED` (another version).
 */
export function parseLock(text: string, file: string): Lock {
  const root: Node = { value: parseToml(text, file), place: [] };
  checkVersion(root, text, file);
  try {
    const lock = lockOf(root, file);
    checkGraph(lock.packages, topKey(root));
    return lock;
  } catch (error) {
    if (error instanceof ShapeError) throw broken(error, text, file);
    throw error;
  }
}

function parseToml(text: string, file: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    // The rest of the parser's message quotes the source, which may hold credentials.
    const [summary = ''] = error.message.split('\n');
    const where = { file, line: error.line, column: error.column };
    throw new ToolError('LOCK_BROKEN', `uv.lock is not TOML: ${redact(summary)}`, { where, hint: conflictHint(text) });
  }
}

function conflictHint(text: string): string {
  return /^<{7} /m.test(text) ? `the file holds merge conflict markers: take either side, then ${regenerate}` : regenerate;
}

function checkVersion(root: Node, text: string, file: string): void {
  const { value } = child(root, 'version');
  if (value === 1) return;
  const where: Where = { file, line: lineOf(text, ['version']) };
  if (typeof value !== 'number') throw new ToolError('LOCK_BROKEN', 'uv.lock has no format version', { where, hint: regenerate });
  throw new ToolError('LOCK_UNSUPPORTED', `uv.lock has format version ${value}; only version 1 is known`, {
    where,
    hint: 'use a newer Wherry, or run uv lock with a uv that writes version 1',
  });
}

function broken(error: ShapeError, text: string, file: string): ToolError {
  const name = placeName(error.place);
  const message = redact(`uv.lock is broken: ${name === '' ? '' : `${name} `}${error.message}`);
  return new ToolError('LOCK_BROKEN', message, { where: { file, line: lineOf(text, error.place) }, hint: regenerate });
}

/** Early revisions call the package tables `[[distribution]]`. */
function topKey(root: Node): string {
  return child(root, 'package').value === undefined && child(root, 'distribution').value !== undefined ? 'distribution' : 'package';
}

function lockOf(root: Node, file: string): Lock {
  const options = child(root, 'options');
  return {
    file,
    revision: optionalCount(child(root, 'revision')) ?? 0,
    requiresPython: optionalText(child(root, 'requires-python')),
    resolutionMarkers: textsOf(child(root, 'resolution-markers')),
    supportedMarkers: textsOf(child(root, 'supported-markers')),
    requiredMarkers: textsOf(child(root, 'required-markers')),
    conflicts: listOf(child(root, 'conflicts')).map((set) => listOf(set).map(conflictOf)),
    options: options.value === undefined ? {} : tableOf(options),
    manifest: withLibc(manifestOf(child(root, 'manifest')), root),
    packages: listOf(child(root, topKey(root))).map(packageOf),
  };
}

function withLibc(manifest: Manifest, root: Node): Manifest {
  const libc = child(root, 'minimum-libc-version');
  return libc.value === undefined ? manifest : { ...manifest, other: { ...manifest.other, minimumLibcVersion: tableOf(libc) } };
}

function conflictOf(node: Node): ConflictItem {
  const extra = optionalText(child(node, 'extra'));
  const group = optionalText(child(node, 'group'));
  return {
    package: textOf(child(node, 'package')),
    ...(extra === undefined ? {} : { extra }),
    ...(group === undefined ? {} : { group }),
  };
}
