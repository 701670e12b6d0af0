import { ToolError, type Where } from '../errors/index.ts';
import type { Specifiers } from '../packaging/index.ts';
import type { Project, Pyproject, TomlTable } from '../project/types.ts';
import { type Comparable, difference, showComparable } from './comparable.ts';
import type { ComputedTrees } from './computed.ts';
import type { LocalTrees } from './local-trees.ts';
import { redact } from './redact.ts';
import type { WorkspaceScope } from './scope.ts';
import { byName, tableAt, Unreadable } from './table.ts';
import type { Lock } from './types.ts';

/** One field of the project that the lock does not follow, or that cannot be compared with it. */
export interface Staleness {
  /** The setting as in pyproject.toml, for example `project.dependencies`. */
  readonly field: string;
  /** What the lock was made from. For lists, only what the project no longer has. */
  readonly lockValue: string;
  /** What the project says now. For lists, only what the lock does not have. */
  readonly projectValue: string;
  readonly where: Where;
  /** `unverified`: the value is computed by a build backend, or has a form that is not understood here. Never taken as equal. */
  readonly kind: 'differs' | 'unverified';
  /** Absolute path of the tree whose build backend knows the value. */
  readonly computedBy?: string;
}

/** What stands around the project and cannot be seen in `Project`. */
export interface Surroundings {
  /** Source trees and files outside the workspace that sources or the lock name. */
  readonly trees?: LocalTrees;
  /** Settings of uv that hold here; those of the root's `[tool.uv]` if nothing else is known. */
  readonly settings?: TomlTable;
  /** What build backends said of trees. */
  readonly computed?: ComputedTrees;
  /** The default index of this machine. Without it, one locked registry that nothing configures is taken to be that index. */
  readonly defaultIndex?: string;
}

/** Everything that a check of one field is given. */
export interface Inquiry {
  readonly project: Project;
  readonly lock: Lock;
  /** The settings of uv, wherever they stand. Keys that make the workspace are read from its root alone. */
  readonly settings: TomlTable;
  readonly workspace: WorkspaceScope;
  /** The lock's range; markers are compared within it. */
  readonly requiresPython: Specifiers;
  readonly surroundings: Surroundings;
}

/** A place for a field: which pyproject.toml, which keys. */
export interface Field {
  readonly pyproject: Pyproject;
  readonly keys: readonly string[];
}

const nothing = 'nothing';

/** A field whose values differ. */
export function differs(field: Field, lockValue: string, projectValue: string): Staleness {
  const show = (value: string) => (value === '' ? nothing : redact(value));
  return { ...placed(field), lockValue: show(lockValue), projectValue: show(projectValue), kind: 'differs' };
}

/** A field that nobody can judge without running a build backend or a resolver. */
export function unverified(field: Field, reason: string): Staleness {
  return { ...placed(field), lockValue: 'unknown', projectValue: redact(reason), kind: 'unverified' };
}

function placed({ pyproject, keys }: Field): Pick<Staleness, 'field' | 'where'> {
  const line = settingLine(pyproject.text, keys);
  return { field: keys.join('.'), where: { file: pyproject.file, ...(line === undefined ? {} : { line }) } };
}

/** Compares two texts that stand for a whole field. */
export function compareText(field: Field, lockValue: string, projectValue: string): readonly Staleness[] {
  return lockValue === projectValue ? [] : [differs(field, lockValue, projectValue)];
}

/** Compares two sets of requirements. One whose source alone changed is reported as that source. */
export function compareRequirements(
  field: Field,
  sides: { readonly lock: readonly Comparable[]; readonly project: readonly Comparable[] },
  requiresPython: Specifiers,
): readonly Staleness[] {
  const only = difference(sides.lock, sides.project, requiresPython);
  if (only.lock.length + only.project.length === 0) return [];
  const [before, after] = [only.lock.map(showComparable), only.project.map(showComparable)].map((list) => list.sort().join(', '));
  return [differs(movedSource(field, only.lock, only.project), before ?? '', after ?? '')];
}

function movedSource(field: Field, lock: readonly Comparable[], project: readonly Comparable[]): Field {
  const listed = byName(tableAt(field.pyproject.data, 'tool', 'uv', 'sources'));
  const moved = project.find(
    (one) => (one.source === '' || listed.has(one.name)) && lock.some((other) => other.name === one.name && other.source !== one.source),
  );
  return moved === undefined ? field : { ...field, keys: ['tool', 'uv', 'sources', moved.name] };
}

/** Runs a check; what it cannot read is unverified. */
export function judge(field: Field, check: () => readonly Staleness[]): readonly Staleness[] {
  try {
    return check();
  } catch (error) {
    if (error instanceof Unreadable || error instanceof ToolError) return [unverified(field, error.message)];
    throw error;
  }
}

/** The line of a setting, or of the nearest table header above it; `undefined` if neither is written out. */
export function settingLine(text: string, keys: readonly string[]): number | undefined {
  const lines = text.split('\n');
  for (let depth = keys.length; depth > 0; depth--) {
    const header = lines.findIndex((line) => headerName(line) === keys.slice(0, depth).join('.'));
    if (header === -1) continue;
    const key = keys[depth];
    return 1 + (key === undefined ? header : (keyLine(lines, header, key) ?? header));
  }
  return undefined;
}

function headerName(line: string): string | undefined {
  return /^\s*\[\[?\s*([^\]]+?)\s*\]/.exec(line)?.[1];
}

function keyLine(lines: readonly string[], header: number, key: string): number | undefined {
  for (let at = header + 1; at < lines.length && headerName(lines[at] ?? '') === undefined; at++) {
    const name = /^\s*"?([\w.-]+?)"?\s*=/.exec(lines[at] ?? '')?.[1];
    if (name === key) return at;
  }
  return undefined;
}
