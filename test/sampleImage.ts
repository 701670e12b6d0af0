import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { type Header, pack } from 'tar-stream';
import type { BaseFacts } from '../src/base/facts.ts';
import { asDiffId, digestOf } from '../src/digest.ts';
import { assembleImage, type BlobSource, type Image, type Layer, ociMedia } from '../src/image/index.ts';
import type { ImagePlan } from '../src/plan/types.ts';

/** Blobs held in memory, by digest. */
export type Blobs = Map<string, Uint8Array>;

export function memoryBlobs(blobs: Blobs): BlobSource {
  return {
    async open({ digest }) {
      const bytes = blobs.get(digest);
      if (bytes === undefined) throw new Error(`no blob ${digest}`);
      return Readable.from([bytes]);
    },
  };
}

/** All bytes of a stream. */
export async function collect(stream: AsyncIterable<unknown>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks);
}

export interface SampleEntry extends Partial<Header> {
  readonly name: string;
  readonly text?: string | Uint8Array;
}

/** A gzip layer with the given tar entries; its blob is added to `blobs`. */
export async function sampleLayer(blobs: Blobs, entries: readonly SampleEntry[], extra: Partial<Layer> = {}): Promise<Layer> {
  const archive = pack();
  for (const { text, name, ...header } of entries) {
    archive.entry({ name, mtime: new Date(946_684_800_000), ...header }, Buffer.from(text ?? ''));
  }
  archive.finalize();
  const tar = await collect(archive);
  const bytes = gzipSync(tar);
  const digest = digestOf(bytes);
  blobs.set(digest, bytes);
  const diffId = asDiffId(`sha256:${createHash('sha256').update(tar).digest('hex')}`);
  return { mediaType: ociMedia.layerGzip, digest, diffId, size: bytes.length, recipe: digestOf(`recipe of ${diffId}`), ...extra };
}

export const emptyFacts: BaseFacts = {
  platform: { os: 'linux', architecture: 'amd64' },
  python: { path: '/usr/bin/python3', version: '3.13.5' },
  libc: { kind: 'glibc', version: '2.41' },
  passwd: '',
  group: '',
  shell: true,
  packages: [],
  sonames: [],
  config: { env: [], labels: {}, volumes: [], exposedPorts: [] },
  content: { kind: 'empty' },
};

/** A complete plan without layers, to be changed by spreading. */
export const samplePlan: ImagePlan = {
  name: 'site',
  platform: { os: 'linux', architecture: 'amd64' },
  baseName: 'empty',
  base: emptyFacts,
  selection: { roots: [], packages: [], dropped: [] },
  layers: [],
  config: {
    entrypoint: [],
    command: ['python', '-m', 'site'],
    env: ['PATH=/app/.venv/bin:/usr/bin:/bin', 'HOME=/home/app'],
    user: '1001:1001',
    workdir: '/app',
    exposedPorts: ['8000/tcp'],
    volumes: ['/app/media'],
    labels: { team: 'web' },
    stopSignal: 'SIGTERM',
    healthcheck: { test: ['CMD', 'true'], interval: 30e9, timeout: 5e9, startPeriod: 0, retries: 3 },
    created: '2000-01-01T00:00:00Z',
  },
  annotations: { 'org.opencontainers.image.title': 'site' },
  format: 'oci',
  tags: ['latest'],
  materials: {},
  collisions: 'error',
  explain: { start: '', python: [], leftOut: [], writable: [], bytecode: 'none: switched off', notes: [] },
};

/** A small image with one layer: `/app/hello.txt`. */
export async function sampleImage(plan: Partial<ImagePlan> = {}): Promise<Image> {
  const blobs: Blobs = new Map();
  const text = `hello ${plan.platform?.architecture ?? 'amd64'}\n`;
  const layer = await sampleLayer(
    blobs,
    [
      { name: 'app', type: 'directory' },
      { name: 'app/hello.txt', text },
    ],
    { comment: 'app: hello.txt' },
  );
  return assembleImage({ plan: { ...samplePlan, ...plan }, layers: [layer], blobs: memoryBlobs(blobs) });
}
