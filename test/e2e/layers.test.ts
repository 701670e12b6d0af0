import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { execute } from './execute.ts';
import { blobPath, layersOf } from './layout.ts';
import { type Dependencies, lockedProjects, writeDependencies } from './lockedProjects.ts';
import { build, lock, root, uv } from './product.ts';

const work = mkdtempSync(join(tmpdir(), 'wherry-layers-'));
const store = join(work, 'store');

/** The layers of one build: `digest of the made blob → distributions in it`, as `name version`. */
type Layers = ReadonlyMap<string, readonly string[]>;

const first = new Map<string, Layers>();
const wheels = new Map<string, ReadonlyMap<string, string>>();

afterAll(() => rmSync(work, { recursive: true, force: true }));

// Without bytecode, which takes five times as long; the second of them with it too.
const made = [
  ...lockedProjects.map((each) => ({ ...each, bytecode: 'none' })),
  { ...lockedProjects[1], name: 'compiled', bytecode: 'all' },
];

describe.each(made)('the layers of $name', ({ name, bytecode, dependencies, add, change }) => {
  let before: Layers;
  const project = join(work, name);

  beforeAll(async () => {
    before = await layersFor(project, { name, dependencies, bytecode });
    first.set(name, before);
    wheels.set(name, await wheelsOf(project));
  });

  it('hold at least 20 wheels', () => {
    expect(wheels.get(name)?.size).toBeGreaterThanOrEqual(20);
    expect(distributions(before).size).toBe(wheels.get(name)?.size);
  });

  it('are said to be spliced or recompressed, with counts of their files', async () => {
    const layout = join(work, 'oci');
    const report = await execute([join(root, 'bin/wherry'), 'inspect', '--layers', '--json', `oci:${layout}`]);
    const { layers }: { layers: readonly InspectedLayer[] } = JSON.parse(report);
    expect(new Set(layers.map(({ making }) => making.way))).toEqual(new Set(['spliced', 'recompressed']));
    for (const { digest, making } of layers) {
      const lines = (await execute(['tar', '--list', '--verbose', '--gzip', '--file', blobPath(layout, digest)])).split('\n');
      expect(making.spliced.files + making.compressed.files).toBe(lines.filter((line) => line.startsWith('-')).length);
      expect(making.spliced.files > 0).toBe(making.way === 'spliced');
    }
  });

  it(`change only where ${add} is, when it is added`, async () => {
    const after = await layersFor(project, { name, bytecode, dependencies: [...dependencies, add] });
    expect(changedNames(before, after)).toEqual([add]);
    expectOnlyLayersOf(add, { before, after });
  });

  it(`change only where ${change} is, when its version changes`, async () => {
    const version = [...distributions(before)].find((each) => each.startsWith(`${change} `))?.split(' ')[1];
    const after = await layersFor(project, { name, bytecode, dependencies, constraints: [`${change}!=${version}`] });
    expect(changedNames(before, after)).toEqual([change]);
    expectOnlyLayersOf(change, { before, after });
  });
});

describe.each([
  ['site', 'service'],
  ['site', 'science'],
  ['service', 'science'],
] as const)('%s and %s', (one, other) => {
  it('share at least 80 % of the bytes of their common wheels', () => {
    const [a, b] = [one, other].map((name) => first.get(name)) as [Layers, Layers];
    const common = [...(wheels.get(one) ?? [])].filter(([sha256]) => wheels.get(other)?.has(sha256));
    const shared = common.filter(([, label]) => [...a].some(([digest, labels]) => labels.includes(label) && b.has(digest)));
    const [all, together] = [common, shared].map((list) => list.reduce((sum, [sha256]) => sum + wheelSize(sha256), 0)) as [number, number];
    console.log(
      `${one} and ${other}: ${common.length} common wheels, ${all} bytes, ${((100 * together) / all).toFixed(1)} % in shared layers`,
    );
    expect(common.length).toBeGreaterThanOrEqual(5);
    expect(together / all).toBeGreaterThanOrEqual(0.8);
  });
});

/**
 * Locks and builds, and makes every layer but the base anew: what is compared is bytes that were made, not records of earlier builds. The base is the
 * same in all of them and would take longer than the rest.
 */
async function layersFor(project: string, { bytecode, ...dependencies }: Dependencies & { readonly bytecode: string }): Promise<Layers> {
  writeDependencies(project, dependencies);
  await lock(project);
  await execute([uv, 'lock', '--quiet', '--no-python-downloads'], { cwd: project });
  for (const name of records()) if (name !== bases.get(bytecode)) rmSync(join(store, 'layers-v1', name));
  const layout = join(work, 'oci');
  rmSync(layout, { recursive: true, force: true });
  const { reused } = await build({ project, store, args: ['--oci', layout], env: { WHERRY_BYTECODE: bytecode } });
  expect(reused).toBe(bases.has(bytecode) ? 1 : 0);
  const base = `${layersOf(layout)[0]?.annotations?.['dev.wherry.recipe']?.slice('sha256:'.length)}.json`;
  bases.set(bytecode, base);
  expect(records()).toContain(base);
  const layers = new Map<string, readonly string[]>();
  for (const { digest } of layersOf(layout)) layers.set(digest, await distributionsIn(blobPath(layout, digest)));
  return layers;
}

/** Names of the records of bases, with bytecode and without. */
const bases = new Map<string, string>();

/** Records of layers by their recipes. */
function records(): readonly string[] {
  const directory = join(store, 'layers-v1');
  return existsSync(directory) ? readdirSync(directory) : [];
}

async function distributionsIn(blob: string): Promise<string[]> {
  const paths = (await execute(['tar', '--list', '--gzip', '--file', blob])).split('\n');
  const found = paths.flatMap((path) => /\/site-packages\/([^/-]+)-([^/]+)\.dist-info\/METADATA$/.exec(path)?.slice(1).join(' ') ?? []);
  return found.map((label) => label.toLowerCase().replace(/^\S+/, (name) => name.replaceAll(/[-_.]+/g, '-')));
}

/** `sha256 → name version` of the selected wheels. */
async function wheelsOf(project: string): Promise<ReadonlyMap<string, string>> {
  const env = { ...process.env, CI: undefined, WHERRY_CACHE_DIR: store };
  const plan: Plan = JSON.parse(await execute([join(root, 'bin/wherry'), 'plan', project, '--json'], { env }));
  const selected = plan.images.flatMap((image) => image.selection.packages);
  return new Map(selected.map(({ name, version, artifact }) => [artifact.sha256, `${name} ${version}`]));
}

interface InspectedLayer {
  readonly digest: string;
  readonly making: { readonly way: string; readonly spliced: { readonly files: number }; readonly compressed: { readonly files: number } };
}

interface Plan {
  readonly images: readonly {
    readonly selection: {
      readonly packages: readonly { readonly name: string; readonly version: string; readonly artifact: { readonly sha256: string } }[];
    };
  }[];
}

function wheelSize(sha256: string): number {
  const hex = sha256.replace('sha256:', '');
  return statSync(join(store, 'blobs-v1/sha256', hex.slice(0, 2), hex)).size;
}

function distributions(layers: Layers): Set<string> {
  return new Set([...layers.values()].flat());
}

function nameOf(label: string): string {
  return label.split(' ')[0] as string;
}

function changedNames(before: Layers, after: Layers): string[] {
  const [old, now] = [distributions(before), distributions(after)];
  const changed = [...old, ...now].filter((label) => !(old.has(label) && now.has(label)));
  return [...new Set(changed.map(nameOf))];
}

/** New is the one layer that holds the package; gone is what held the package or its neighbours before. */
function expectOnlyLayersOf(name: string, { before, after }: { before: Layers; after: Layers }): void {
  const holding = [...after].filter(([, labels]) => labels.some((label) => nameOf(label) === name));
  expect(holding).toHaveLength(1);
  const neighbours = new Set(holding.flatMap(([, labels]) => labels.map(nameOf)));
  const earlier = [...before].filter(([, labels]) => labels.some((label) => neighbours.has(nameOf(label))));
  expect(difference(after, before)).toEqual(holding.map(([digest]) => digest));
  expect(difference(before, after)).toEqual(earlier.map(([digest]) => digest));
}

function difference(some: Layers, without: Layers): string[] {
  return [...some.keys()].filter((digest) => !without.has(digest));
}
