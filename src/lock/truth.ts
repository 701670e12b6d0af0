import {
  compareVersions,
  type Marker,
  parseVersion,
  type Specifiers,
  type StringVariable,
  specifiersAllow,
  type Version,
} from '../packaging/index.ts';
import { always, type Condition, not } from './condition.ts';
import { type Literal, releasePoints } from './releases.ts';

/** Truth tables beyond this many rows are not made. */
const maxRows = 1 << 16;

/**
 * Whether two conditions hold in the same environments among those that `requires-python` allows: uv leaves out of a lock what
 * follows from it. `undefined` if the truth table would be too large to tell.
 */
export function sameCondition(a: Condition, b: Condition, requiresPython: Specifiers = []): boolean | undefined {
  if (JSON.stringify(a) === JSON.stringify(b)) return true;
  const axes = axesOf([a, b], requiresPython);
  if (rowCount(axes) > maxRows) return undefined;
  for (const world of worlds(axes)) {
    if (holds(a, world) !== holds(b, world)) return false;
  }
  return true;
}

/** Whether a condition holds nowhere. `undefined` if that would take too long to tell. */
export function isNever(condition: Condition): boolean | undefined {
  return sameCondition(condition, not(always));
}

/** One row of the truth table. */
interface World {
  readonly python: Version;
  readonly minor: Version;
  readonly implementation: Version;
  readonly strings: ReadonlyMap<string, string>;
  readonly atoms: ReadonlySet<string>;
}

/** What varies over the rows. */
interface Axes {
  readonly python: readonly Version[];
  readonly implementation: readonly Version[];
  readonly strings: ReadonlyMap<StringVariable, ReadonlySet<string>>;
  readonly atoms: readonly string[];
}

type Leaf = Exclude<Marker, { readonly kind: 'always' | 'and' | 'or' }>;

function leavesOf(condition: Condition): readonly Leaf[] {
  if (condition.kind === 'always') return [];
  if (condition.kind === 'not') return leavesOf(condition.part);
  if ('parts' in condition) return condition.parts.flatMap(leavesOf);
  return [normalLeaf(condition)];
}

/** Values of `platform_system` for which uv writes `sys_platform` instead: the two always agree there. */
const systems: Readonly<Record<string, string>> = {
  AIX: 'aix',
  Android: 'android',
  Darwin: 'darwin',
  Emscripten: 'emscripten',
  Linux: 'linux',
  Windows: 'win32',
};

function normalLeaf(leaf: Leaf): Leaf {
  const value = leaf.kind === 'string' && leaf.variable === 'platform_system' && !isOpaque(leaf) ? systems[leaf.value] : undefined;
  return value === undefined ? leaf : ({ ...leaf, variable: 'sys_platform', value } as Leaf);
}

function axesOf(conditions: readonly Condition[], requiresPython: Specifiers): Axes {
  const leaves = conditions.flatMap(leavesOf);
  // Holes in the range are not assumed, only its bounds: that is what uv simplifies by.
  const bounds = requiresPython.filter(({ operator }) => operator !== '!=');
  const points = releasePoints([...pythonLiterals(leaves, 'python'), ...bounds]);
  const python = points.filter((version) => specifiersAllow(bounds, version));
  return {
    python: python.length > 0 ? python : points,
    implementation: releasePoints(pythonLiterals(leaves, 'implementation')),
    strings: stringValues(leaves),
    atoms: [...new Set(leaves.filter(isOpaque).map(atomKey))],
  };
}

function pythonLiterals(leaves: readonly Leaf[], which: 'python' | 'implementation'): readonly Literal[] {
  return leaves.flatMap((leaf): readonly Literal[] => {
    if (leaf.kind !== 'version' && leaf.kind !== 'version-in') return [];
    if ((leaf.variable === 'implementation_version') !== (which === 'implementation')) return [];
    return leaf.kind === 'version' ? [leaf.specifier] : leaf.versions.map((version) => ({ version }));
  });
}

function stringValues(leaves: readonly Leaf[]): ReadonlyMap<StringVariable, ReadonlySet<string>> {
  const values = new Map<StringVariable, Set<string>>();
  for (const leaf of leaves) {
    if (leaf.kind !== 'string' || isOpaque(leaf)) continue;
    const known = values.get(leaf.variable) ?? new Set(['\0']);
    values.set(leaf.variable, known.add(leaf.value));
  }
  return values;
}

/** Extras, substring tests and ordered text are taken as independent facts: coarser than the truth, so never wrongly equal. */
function isOpaque(leaf: Leaf): boolean {
  return leaf.kind === 'extra' || (leaf.kind === 'string' && leaf.operator !== '==' && leaf.operator !== '!=');
}

function atomKey(leaf: Leaf): string {
  if (leaf.kind === 'extra') return `extra ${leaf.name}`;
  return leaf.kind === 'string' ? JSON.stringify([leaf.variable, leaf.operator.replace(/^not /, ''), leaf.value]) : '';
}

function isNegated(leaf: Leaf): boolean {
  return leaf.kind === 'extra' ? leaf.negated : leaf.kind === 'string' && leaf.operator.startsWith('not ');
}

function rowCount(axes: Axes): number {
  const strings = [...axes.strings.values()].reduce((product, values) => product * values.size, 1);
  return axes.python.length * axes.implementation.length * strings * 2 ** axes.atoms.length;
}

function* worlds(axes: Axes): Generator<World> {
  for (const python of axes.python) {
    const minor = parseVersion(python.release.slice(0, 2).join('.'));
    for (const implementation of axes.implementation) {
      for (const strings of choices([...axes.strings])) {
        for (const atoms of subsets(axes.atoms)) yield { python, minor, implementation, strings, atoms };
      }
    }
  }
}

function* choices(axes: readonly (readonly [string, ReadonlySet<string>])[]): Generator<ReadonlyMap<string, string>> {
  const [first, ...rest] = axes;
  if (first === undefined) return yield new Map();
  for (const others of choices(rest)) {
    for (const value of first[1]) yield new Map([...others, [first[0], value]]);
  }
}

function* subsets(atoms: readonly string[]): Generator<ReadonlySet<string>> {
  for (let bits = 0; bits < 2 ** atoms.length; bits++) yield new Set(atoms.filter((_, index) => bits & (1 << index)));
}

function holds(condition: Condition, world: World): boolean {
  switch (condition.kind) {
    case 'always':
      return true;
    case 'not':
      return !holds(condition.part, world);
    case 'all':
    case 'and':
      return condition.parts.every((part) => holds(part, world));
    case 'any':
    case 'or':
      return condition.parts.some((part) => holds(part, world));
    default:
      return leafHolds(normalLeaf(condition), world);
  }
}

function leafHolds(leaf: Leaf, world: World): boolean {
  if (isOpaque(leaf)) return world.atoms.has(atomKey(leaf)) !== isNegated(leaf);
  if (leaf.kind === 'version') return specifiersAllow([leaf.specifier], versionOf(leaf.variable, world));
  if (leaf.kind === 'version-in') {
    return leaf.versions.some((version) => compareVersions(version, versionOf(leaf.variable, world)) === 0) !== leaf.negated;
  }
  return leaf.kind === 'string' && (world.strings.get(leaf.variable) === leaf.value) === (leaf.operator === '==');
}

function versionOf(variable: 'python_version' | 'python_full_version' | 'implementation_version', world: World): Version {
  if (variable === 'implementation_version') return world.implementation;
  return variable === 'python_full_version' ? world.python : world.minor;
}
