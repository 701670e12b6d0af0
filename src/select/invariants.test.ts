import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Edge, Lock, LockedPackage } from '../lock/types.ts';
import { dist, local, lockOf, member, names, projectOf, pyproject, selectSite, targetOf, wheel } from './fixture.ts';
import type { Selection, SelectionRequest } from './types.ts';

/** Markers with their truth on the target of these tests, linux/amd64 with Python 3.13. */
const markers: readonly (readonly [text: string | undefined, holds: boolean])[] = [
  [undefined, true],
  ["sys_platform == 'linux'", true],
  ["sys_platform == 'win32'", false],
  ["python_version < '3.12'", false],
  ["platform_machine == 'x86_64' and python_full_version >= '3.13.1'", true],
  ["os_name == 'nt' or platform_machine == 'aarch64'", false],
];
const forkMarkers = ["python_version < '3.12'", "python_version >= '3.12'"] as const;
const target = targetOf('3.13.5');

/** An edge before it is split over the versions of its target. */
interface Link {
  readonly to: number;
  readonly marker: number;
  readonly extras: readonly ('x' | 'y')[];
}

interface Node {
  readonly isForked: boolean;
  readonly dependencies: readonly Link[];
  readonly x: readonly Link[];
  readonly y: readonly Link[];
}

const size = 8;
const link: fc.Arbitrary<Link> = fc.record({
  to: fc.nat(size - 1),
  marker: fc.nat(markers.length - 1),
  extras: fc.subarray(['x', 'y'] as const),
});
const links = fc.uniqueArray(link, { maxLength: 3, selector: ({ to }) => to });
const node: fc.Arbitrary<Node> = fc.record({ isForked: fc.boolean(), dependencies: links, x: links, y: links });
const graph = fc.record({
  nodes: fc.array(node, { minLength: size, maxLength: size }),
  root: fc.record({ dependencies: links, x: links, y: links, docs: links, test: links }),
});
type Graph = typeof graph extends fc.Arbitrary<infer Value> ? Value : never;

const request: fc.Arbitrary<Partial<SelectionRequest>> = fc.record({
  extras: fc.subarray(['x', 'y']),
  allExtras: fc.boolean(),
  noExtras: fc.subarray(['x']),
  groups: fc.subarray(['docs', 'test']),
  allGroups: fc.boolean(),
  noGroups: fc.subarray(['test']),
});

function and(left: string | undefined, right: string): string {
  return left === undefined ? right : `(${left}) and ${right}`;
}

function edgesOf(list: readonly Link[], nodes: readonly Node[]): readonly Edge[] {
  return list.flatMap(({ to, marker, extras }): readonly Edge[] => {
    const text = markers[marker]?.[0];
    const base = { name: `p${to}`, extras };
    if (nodes[to]?.isForked !== true) return [{ ...base, ...(text === undefined ? {} : { marker: text }) }];
    return forkMarkers.map((fork, index) => ({ ...base, version: `${index + 1}.0`, marker: and(text, fork) }));
  });
}

function lockFrom({ nodes, root }: Graph): Lock {
  const packages = nodes.flatMap((one, index): readonly LockedPackage[] => {
    const parts = {
      dependencies: edgesOf(one.dependencies, nodes),
      optionalDependencies: { x: edgesOf(one.x, nodes), y: edgesOf(one.y, nodes) },
      wheels: ['py3-none-any', 'cp313-cp313-manylinux_2_17_x86_64', 'cp39-abi3-manylinux_2_28_x86_64'].map((tags) =>
        wheel(`p${index}-1.0-${tags}.whl`),
      ),
    };
    return (one.isForked ? ['1.0', '2.0'] : ['1.0']).map((version) => dist(`p${index}==${version}`, parts));
  });
  const site = local('site', '.', {
    dependencies: edgesOf(root.dependencies, nodes),
    optionalDependencies: { x: edgesOf(root.x, nodes), y: edgesOf(root.y, nodes) },
    groups: { docs: edgesOf(root.docs, nodes), test: edgesOf(root.test, nodes) },
  });
  return lockOf([...packages, site]);
}

function select(lock: Lock, asked: Partial<SelectionRequest>): Selection {
  const settings = pyproject({ 'dependency-groups': { docs: [], test: [] } });
  return selectSite(lock, { request: asked, target, project: projectOf([member('site', '.', { pyproject: settings })]) });
}

/** The same set by other means: a closure over numbers, with truth from the table above. */
function closure({ nodes, root }: Graph, asked: Partial<SelectionRequest>): ReadonlySet<string> {
  const isAsked = (name: string, all = false, some: readonly string[] = [], none: readonly string[] = []) =>
    (all || some.includes(name)) && !none.includes(name);
  const extra = (name: string) => isAsked(name, asked.allExtras, asked.extras, asked.noExtras);
  const group = (name: string) => isAsked(name, asked.allGroups, asked.groups, asked.noGroups);
  const begin = [
    root.dependencies,
    extra('x') ? root.x : [],
    extra('y') ? root.y : [],
    group('docs') ? root.docs : [],
    group('test') ? root.test : [],
  ].flat();
  const reached = new Set<string>();
  let open = begin;
  while (open.length > 0) {
    open = open.flatMap(({ to, marker, extras }) => {
      if (markers[marker]?.[1] !== true) return [];
      const fresh = ['', ...extras].filter((part) => !reached.has(`${to} ${part}`));
      for (const part of fresh) reached.add(`${to} ${part}`);
      return fresh.flatMap((part) => nodes[to]?.[part === '' ? 'dependencies' : (part as 'x' | 'y')] ?? []);
    });
  }
  const version = (to: number) => (nodes[to]?.isForked === true ? '2.0' : '1.0');
  return new Set([...reached].map((text) => Number(text.split(' ')[0])).map((to) => `p${to} ${version(to)}`));
}

/** Another order of everything that uv happens to sort. */
function shuffled(lock: Lock, seed: number): Lock {
  const mix = <T>(list: readonly T[]): readonly T[] => {
    const keyed = list.map((value, index) => [Math.imul(index + 1, 0x9e3779b1 ^ seed) >>> 7, value] as const);
    return keyed.toSorted(([a], [b]) => a - b).map(([, value]) => value);
  };
  const mixAll = (table: LockedPackage['groups']) => Object.fromEntries(mix(Object.entries(table)).map(([key, list]) => [key, mix(list)]));
  const packages = lock.packages.map((locked) => ({
    ...locked,
    dependencies: mix(locked.dependencies).map((edge) => ({ ...edge, extras: mix(edge.extras) })),
    optionalDependencies: mixAll(locked.optionalDependencies),
    groups: mixAll(locked.groups),
    wheels: mix(locked.wheels),
  }));
  return { ...lock, packages: mix(packages) };
}

describe('a selection from any lock', () => {
  it('is the closure of what was asked for', () => {
    fc.assert(
      fc.property(graph, request, (given, asked) => {
        const found = select(lockFrom(given), asked).packages.filter(({ name }) => name !== 'site');
        expect(new Set(found.map(({ name, version }) => `${name} ${version}`))).toEqual(closure(given, asked));
      }),
    );
  });

  it('has every name once, and a reason for every package that it leaves out', () => {
    fc.assert(
      fc.property(graph, request, (given, asked) => {
        const lock = lockFrom(given);
        const { packages, dropped } = select(lock, asked);
        expect(new Set(packages.map(({ name }) => name)).size).toBe(packages.length);
        const label = ({ name, version }: { readonly name: string; readonly version: string | undefined }) => `${name} ${version}`;
        expect([...packages, ...dropped].map(label).sort()).toEqual(lock.packages.map(label).sort());
        for (const { reason } of dropped) expect(reason).toMatch(/^(marker is false: |only in |needed by |nothing that )/);
      }),
    );
  });

  it('tells a way to each package that leads there', () => {
    fc.assert(
      fc.property(graph, request, (given, asked) => {
        const lock = lockFrom(given);
        for (const { name, why } of select(lock, asked).packages) {
          const steps = why.split(' → ');
          expect(steps[0]).toMatch(/^site\b/);
          expect(steps.at(-1)).toBe(name);
          for (const [index, step] of steps.slice(1).entries()) expect(leadsTo(lock, steps[index] ?? '', step)).toBe(true);
        }
      }),
    );
  });

  it('is the same whatever the order of the lock', () => {
    fc.assert(
      fc.property(graph, request, fc.nat(), (given, asked, seed) => {
        const lock = lockFrom(given);
        expect(JSON.stringify(select(shuffled(lock, seed), asked))).toBe(JSON.stringify(select(lock, asked)));
      }),
    );
  });

  it('grows with what is asked for, and loses with a filter what the filter names', () => {
    fc.assert(
      fc.property(graph, request, fc.nat(size - 1), (given, asked, index) => {
        const lock = lockFrom(given);
        const found = names(select(lock, asked));
        const more = names(select(lock, { ...asked, allExtras: true, noExtras: [], allGroups: true, noGroups: [] }));
        expect(more).toEqual(expect.arrayContaining([...found]));
        const filtered = select(lock, { ...asked, noInstallPackages: [`p${index}`] });
        expect(names(filtered)).toEqual(found.filter((name) => name !== `p${index}`));
      }),
    );
  });
});

/** Whether some edge goes from a step of an explanation, `site`, `p1[x]` or `site (group docs)`, to the package of the next. */
function leadsTo(lock: Lock, from: string, to: string): boolean {
  const [, name, extra, group] = /^(\w+)(?:\[(\w+)\])?(?: \(group (\w+)\))?$/.exec(from) ?? [];
  const next = /^\w+/.exec(to)?.[0];
  return lock.packages.some((locked) => {
    if (locked.name !== name) return false;
    const edges =
      group !== undefined ? locked.groups[group] : extra !== undefined ? locked.optionalDependencies[extra] : locked.dependencies;
    return edges?.some((edge) => edge.name === next) === true;
  });
}

describe('a selection from a lock with conflicts', () => {
  /** Three versions, one of which fits each choice, behind a chain of packages that carry the conditions along. */
  function conflicting(length: number, seed: number): Lock {
    const when = ["extra == 'extra-4-site-x'", "extra == 'extra-4-site-y'", "extra != 'extra-4-site-x' and extra != 'extra-4-site-y'"];
    const torch: readonly Edge[] = when.map((marker, index) => ({ name: 'torch', version: `${index + 1}.0`, extras: [], marker }));
    const chain = Array.from({ length }, (_, index) =>
      dist(`c${index}`, { dependencies: index === length - 1 ? torch : [{ name: `c${index + 1}`, extras: [] }] }),
    );
    const first: readonly Edge[] = [{ name: 'c0', extras: [] }];
    const lock = lockOf(
      [
        ...chain,
        ...when.map((_, index) => dist(`torch==${index + 1}.0`)),
        local('site', '.', {
          dependencies: first,
          optionalDependencies: { x: first, y: first },
          groups: { viax: [{ name: 'site', extras: ['x'] }] },
        }),
      ],
      {
        conflicts: [
          [
            { package: 'site', extra: 'x' },
            { package: 'site', extra: 'y' },
          ],
        ],
      },
    );
    return shuffled(lock, seed);
  }

  it('has the one version that fits the choice, or is refused', () => {
    const asked = fc.record({ extras: fc.subarray(['x', 'y']), groups: fc.subarray(['viax']) });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.nat(), asked, (length, seed, { extras, groups }) => {
        const run = () => selectSite(conflicting(length, seed), { request: { extras, groups } }).packages;
        const active = new Set([...extras, ...(groups.length > 0 ? ['x'] : [])]);
        if (active.size === 2) {
          expect(run).toThrow(
            expect.objectContaining({ code: 'SELECTION_CONFLICT', message: 'extra x of site and extra y of site exclude each other' }),
          );
        } else {
          const expected = active.has('x') ? '1.0' : active.has('y') ? '2.0' : '3.0';
          expect(run().find(({ name }) => name === 'torch')?.version).toBe(expected);
        }
      }),
    );
  });
});
