import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { digestOf } from '../../../src/digest.ts';
import type { Descriptor } from '../../../src/image/index.ts';
import { parseManifest } from '../../../src/registry/index.ts';
import { startRegistry, type TestRegistry } from '../../registry/index.ts';
import { digestIn, type Running, succeed } from '../wherry.ts';
import { type Lab, storeProblems } from './lab.ts';

/** A whole push to an empty registry. */
export interface WholePush {
  readonly digest: string;
  /** Bytes of request bodies. */
  readonly bytes: number;
  readonly requests: number;
}

/** When a push is killed: as soon as the registry has seen this share of all bytes, or of all requests. */
export interface KillMoment {
  readonly of: 'bytes' | 'requests';
  readonly share: number;
}

/** Moments spread at random, half of them by bytes and half by requests. */
export function randomMoments(count: number): KillMoment[] {
  return Array.from({ length: count }, (_, index) => ({
    of: index % 2 === 0 ? 'bytes' : 'requests',
    share: Number(Math.random().toFixed(3)),
  }));
}

/** How far a push was when it was killed: its tag was not there yet, or everything was. */
export type Killed = 'during' | 'late';

const repository = 'team/shop';

function startPush(lab: Lab, registry: TestRegistry): Running {
  return lab.start(['build', lab.project, '--push', '-t', `${registry.host}/${repository}:1`]);
}

const bytesSeen = ({ seen }: TestRegistry): number => seen.reduce((sum, { bytes }) => sum + bytes, 0);

/** Pushes once from the start. */
export async function measurePush(lab: Lab): Promise<WholePush> {
  const registry = await startRegistry();
  try {
    const digest = digestIn(await succeed(startPush(lab, registry)));
    return { digest, bytes: bytesSeen(registry), requests: registry.seen.length };
  } finally {
    await registry.close();
  }
}

/** Kills a push, and looks at what is left; the next push must complete it and send only what is missing. */
export async function killPush(lab: Lab, moment: KillMoment, whole: WholePush): Promise<Killed> {
  const registry = await startRegistry();
  try {
    const running = startPush(lab, registry);
    while (running.child.exitCode === null && !isReached(registry, moment, whole)) await sleep(1);
    running.child.kill('SIGKILL');
    await running.ended;
    const killed = registry.manifest(repository, '1') === undefined ? 'during' : 'late';
    if (killed === 'late') expectComplete(registry, whole);
    await expectRest(lab, registry, whole);
    expect(await storeProblems(lab)).toEqual([]);
    return killed;
  } finally {
    await registry.close();
  }
}

function isReached(registry: TestRegistry, { of, share }: KillMoment, whole: WholePush): boolean {
  return (of === 'bytes' ? bytesSeen(registry) : registry.seen.length) >= whole[of] * share;
}

/** The tag stands for the image, and everything that it lists is there. Its layers. */
function expectComplete(registry: TestRegistry, { digest }: WholePush): readonly Descriptor[] {
  const tagged = registry.manifest(repository, '1');
  expect(digestOf(tagged?.bytes ?? '')).toBe(digest);
  const manifest = parseManifest(tagged?.bytes ?? new Uint8Array(), 'the pushed manifest');
  if (manifest.kind !== 'image') throw new Error('an index was pushed');
  const listed = [manifest.config, ...manifest.layers];
  expect(listed.map((one) => registry.blob(repository, one.digest)?.length)).toEqual(listed.map(({ size }) => size));
  return manifest.layers;
}

/** No layer that has arrived is sent again. The configuration may be: it is smaller than the question whether it is there. */
async function expectRest(lab: Lab, registry: TestRegistry, whole: WholePush): Promise<void> {
  const requests = registry.seen.length;
  const arrived = new Set(registry.blobs(repository).map((bytes) => digestOf(bytes)));
  expect(digestIn(await succeed(startPush(lab, registry)))).toBe(whole.digest);
  const kept = expectComplete(registry, whole).filter(({ digest }) => arrived.has(digest));
  const sent = registry.seen.slice(requests).reduce((sum, { bytes }) => sum + bytes, 0);
  expect(sent).toBeLessThanOrEqual(whole.bytes - kept.reduce((sum, { size }) => sum + size, 0));
}
