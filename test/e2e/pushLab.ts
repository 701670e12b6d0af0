import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { digestOf } from '../../src/digest.ts';
import type { SeenRequest, TestRegistry } from '../registry/index.ts';
import { buildWheel } from '../zip-builder.ts';
import type { Lab } from './faults/lab.ts';
import { alpha, lockText, noise, type SampleWheel, samples, wheelPath } from './faults/project.ts';
import { type Running, succeed } from './wherry.ts';

/** What `wherry build --push --json` prints. */
export interface PushedJson {
  readonly digest: string;
  readonly reused: number;
  readonly pushed: {
    readonly bytesSent: number;
    readonly layers: { readonly reused: number; readonly mounted: number; readonly sent: number };
  };
}

export interface PushRun {
  readonly reference: string;
  readonly project?: string;
  /** Name of a store beside that of the lab. */
  readonly store?: string;
  readonly flags?: readonly string[];
}

/** Starts a push of the lab's project. */
export function startPush(lab: Lab, { reference, project = lab.project, store, flags = [] }: PushRun): Running {
  const env = store === undefined ? {} : { WHERRY_CACHE_DIR: join(lab.directory, store) };
  return lab.start(['build', project, '--push', '-t', reference, '--json', '--workers', '1', ...flags], { env });
}

export async function pushed(lab: Lab, run: PushRun): Promise<PushedJson> {
  return JSON.parse(await succeed(startPush(lab, run))) as PushedJson;
}

/** `METHOD path` of requests, digests and upload sessions cut out. */
export function shapes(requests: readonly SeenRequest[]): string[] {
  return requests.map(
    ({ method, url }) => `${method} ${url.replace(/sha256(?::|%3A)[0-9a-f]+/g, 'DIGEST').replace(/(uploads\/)[^?]+.*$/, '$1…')}`,
  );
}

/** Bytes of all bodies. */
export function bytesOf(requests: readonly SeenRequest[]): number {
  return requests.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** The manifest under a tag as JSON. */
export function manifestOf(registry: TestRegistry, repository: string, tag = 'latest'): ManifestJson {
  const bytes = registry.manifest(repository, tag)?.bytes ?? '{}';
  return { ...(JSON.parse(Buffer.from(bytes).toString()) as Omit<ManifestJson, 'size'>), size: bytes.length };
}

export interface ManifestJson {
  readonly size: number;
  readonly config: { readonly digest: string; readonly size: number };
  readonly layers: readonly { readonly digest: string; readonly size: number; readonly annotations: Readonly<Record<string, string>> }[];
}

/** Whether the tag names an image of which everything is there. */
export function isWhole(registry: TestRegistry, repository: string, tag = 'latest'): boolean {
  const { config, layers } = manifestOf(registry, repository, tag);
  return [config, ...layers].every(({ digest }) => digestOf(registry.blob(repository, digest) ?? '') === digest);
}

const next: SampleWheel = {
  ...alpha,
  version: '1.1',
  bytes: buildWheel({
    name: 'alpha',
    version: '1.1',
    files: { 'alpha/__init__.py': 'x = 2\n', 'alpha/data.bin': { data: noise(600_000, 'next') } },
  }),
};

/** Lets the project take any alpha, so that another one changes the lock alone. */
export function loosen(lab: Lab): void {
  lab.edit('pyproject.toml', (text) => text.replace('alpha==1.0', 'alpha>=1'));
  lock(lab, samples);
}

/** alpha 1.1 instead of 1.0, in the lock and on the index. */
export function bump(lab: Lab): void {
  lab.index.put(wheelPath(next), next.bytes);
  lock(
    lab,
    samples.map((wheel) => (wheel.name === next.name ? next : wheel)),
  );
}

function lock(lab: Lab, wheels: readonly SampleWheel[]): void {
  const text = lockText(lab.index.origin, wheels).replace(/(name = "alpha", specifier = ")==[^"]+/, '$1>=1');
  writeFileSync(join(lab.project, 'uv.lock'), text);
}

/** A copy of the project under another path. */
export function copyProject(lab: Lab, name: string): string {
  const target = join(lab.directory, name);
  rmSync(target, { recursive: true, force: true });
  cpSync(lab.project, target, { recursive: true });
  return target;
}
