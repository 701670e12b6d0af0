import type { Readable } from 'node:stream';
import { digestOf } from '../../src/digest.ts';
import { errorCatalog, ToolError } from '../../src/errors/index.ts';
import { createHttp } from '../../src/http/index.ts';
import { createRegistry, mediaTypes, parseManifest, parseReference, type Registry, type RegistryWriter } from '../../src/registry/index.ts';
import { routeOf, type SeenRequest } from '../registry/index.ts';
import { app, base, image, referrer, uploadOf } from './image.ts';
import type { Given } from './row.ts';
import { type Scene, setScene, tagOf } from './scene.ts';

/** What was seen of one scene. */
export interface Evidence {
  readonly error: ToolError | undefined;
  readonly exit: number;
  readonly tag: ReturnType<typeof tagOf>;
  /** Requests by kind: `PUT upload`. */
  readonly steps: Readonly<Record<string, number>>;
  /** Milliseconds that the client wanted to wait. */
  readonly waits: readonly number[];
  /** Everything that a user could read. */
  readonly words: readonly string[];
  /** Requests with a credential at an origin that it does not belong to. */
  readonly foreignCredentials: readonly string[];
  /** Hosts that nothing should have been asked of. */
  readonly strangers: readonly string[];
}

interface Client {
  readonly registry: Registry & RegistryWriter;
  readonly waits: number[];
  readonly words: string[];
}

/** Plays a scene to its end. Anything but a `ToolError` is thrown. */
export async function play(given: Given): Promise<Evidence> {
  const scene = await setScene(given);
  const client = connect(scene, given);
  try {
    const error = await acts[given.doing](client.registry, scene).then(
      () => undefined,
      (fault: unknown) => fault,
    );
    if (error !== undefined && !(error instanceof ToolError)) throw error;
    const { registry, foreign } = scene;
    return {
      error,
      exit: error === undefined ? 0 : errorCatalog[error.code].exit,
      tag: tagOf(registry),
      steps: stepsOf([registry, ...foreign].flatMap(({ seen }) => seen)),
      waits: client.waits,
      words: [...client.words, ...(error === undefined ? [] : [error.message, error.hint ?? '', ...(error.details ?? [])])],
      foreignCredentials: foreign.flatMap(({ seen }) =>
        seen.filter(({ headers }) => headers.authorization ?? headers.cookie).map(({ url }) => url),
      ),
      strangers: scene.strangers(),
    };
  } finally {
    await scene.close();
  }
}

function connect({ env }: Scene, { impatient = false }: Given): Client {
  const [waits, words]: [number[], string[]] = [[], []];
  const wait = async (milliseconds: number): Promise<void> => void waits.push(milliseconds);
  const emit = (event: { readonly type: string; readonly message?: string }): void => void words.push(event.message ?? '');
  const short = { connect: 5000, headers: 250, body: 250, send: 250, answer: 250 };
  const http = createHttp({ env, wait, emit, ...(impatient ? { timeouts: short } : {}) });
  return { registry: createRegistry({ http, env, emit, wait, signal: new AbortController().signal }), waits, words };
}

type Act = (client: Registry & RegistryWriter, scene: Scene) => Promise<void>;

const acts: Readonly<Record<Given['doing'], Act>> = { push: pushImage, pull: pullImage, attach: attach };

/** As a push goes: blobs side by side, then the manifest by its digest, then the index by its tag. */
async function pushImage(client: RegistryWriter, { registry }: Scene): Promise<void> {
  const repository = { registry: registry.host, repository: app };
  const mountFrom = [{ registry: registry.host, repository: base }];
  const uploads = image.blobs.map((bytes) => ({ ...uploadOf(bytes), ...(bytes === image.baseLayer ? { mountFrom } : {}) }));
  const settled = await Promise.allSettled(uploads.map(async (upload) => await client.putBlob(repository, upload)));
  for (const one of settled) if (one.status === 'rejected') throw one.reason;
  await client.putManifest(
    { ...repository, tag: undefined, digest: digestOf(image.manifest) },
    { bytes: image.manifest, mediaType: mediaTypes.manifest },
  );
  await client.putManifest({ ...repository, tag: '1', digest: undefined }, { bytes: image.index, mediaType: mediaTypes.index });
  if (tagOf(registry) !== 'new') throw new Error('the push ended without an error, but the image is not complete');
}

/** Reads an image from its tag down to its layers. */
async function pullImage(client: Registry, { registry }: Scene): Promise<void> {
  const reference = parseReference(`${registry.host}/${app}:1`);
  const found = await client.headManifest(reference);
  const { bytes } = await client.getManifest(found === undefined ? reference : { ...reference, tag: undefined, digest: found.digest });
  const index = parseManifest(bytes, 'the index');
  const child = index.kind === 'index' ? index.manifests[0] : undefined;
  if (child === undefined) throw new Error('the index lists nothing');
  const manifest = parseManifest((await client.getManifest({ ...reference, tag: undefined, digest: child.digest })).bytes, 'the manifest');
  for (const blob of manifest.kind === 'image' ? [manifest.config, ...manifest.layers] : []) {
    const read = await collect(await client.openBlob(reference, blob));
    if (digestOf(read) !== blob.digest) throw new Error('other bytes came through');
  }
}

/** Attaches an attestation to the image and looks for it. */
async function attach(client: RegistryWriter, { registry }: Scene): Promise<void> {
  const repository = { registry: registry.host, repository: app };
  const digest = await client.putReferrer(repository, { bytes: referrer, mediaType: mediaTypes.manifest });
  const found = await client.referrers(repository, digestOf(image.index), 'application/vnd.example.sbom');
  if (!found.some((one) => one.digest === digest)) throw new Error('the referrer is not found');
}

async function collect(stream: Readable): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream as AsyncIterable<Uint8Array>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function stepsOf(seen: readonly SeenRequest[]): Record<string, number> {
  const steps: Record<string, number> = {};
  for (const { method, url } of seen) {
    const step = `${method} ${routeOf(new URL(url, 'http://registry.invalid')).kind}`;
    steps[step] = (steps[step] ?? 0) + 1;
  }
  return steps;
}
