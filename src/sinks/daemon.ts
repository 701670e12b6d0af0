import { type Engine, type EngineFacts, type EngineKind, openEngine } from '../daemons/index.ts';
import type { Digest } from '../digest.ts';
import { ToolError } from '../errors/index.ts';
import type { Emit } from '../events.ts';
import type { Image, ImageIndex } from '../image/index.ts';
import type { Store } from '../store/index.ts';
import { baseName, heldLayers } from './held.ts';
import { recallLoads, rememberLoad } from './loads.ts';
import { type ImageName, imageName, namesOf } from './names.ts';
import { sendPartly } from './partly.ts';
import { platformImage } from './platform.ts';
import type { PutOptions, PutResult, Sink } from './types.ts';

export interface DaemonOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Remembers what was loaded, so that less is sent the next time. */
  readonly store?: Store;
  readonly emit?: Emit;
}

/**
 * Loads an image into Docker or Podman. Layers that the engine is known to have are not sent. The image comes without a name; when the engine has
 * it whole, by its digest and in a container that is made of it, it gets its names. Of an index the engine's own platform is loaded.
 * Throws DAEMON_UNREACHABLE, DAEMON_REFUSED and IMAGE_NOT_FOUND.
 */
export function daemonSink(kind: EngineKind, options: DaemonOptions): Sink {
  return {
    name: kind,
    async put(image, { references, signal }) {
      const engine = await openEngine(kind, { env: options.env, signal });
      return await load({ kind, engine, references, ...options }, image);
    },
  };
}

interface Load extends Omit<DaemonOptions, 'env'>, Pick<PutOptions, 'references'> {
  readonly kind: EngineKind;
  readonly engine: Engine;
}

async function load({ kind, engine, references, store, emit }: Load, image: Image | ImageIndex): Promise<PutResult> {
  const facts = await engine.facts();
  const chosen = platformImage(image, facts.architecture);
  const names = namesOf(chosen, references);
  const held = await findHeld({ engine, facts, names, store }, chosen);
  const bytesWritten = await sendPartly({ image: chosen, held, name: kind, emit }, async (archive) => {
    await engine.load(archive);
    await verify(engine, facts, chosen);
  });
  for (const name of names) await rename(engine, name, imageId(chosen, facts));
  if (store !== undefined) await rememberLoad(store, engine.place, chosen);
  return { location: `${kind}:${names[0]?.familiar ?? chosen.name}`, bytesWritten };
}

interface Search {
  readonly engine: Engine;
  readonly facts: EngineFacts;
  readonly names: readonly ImageName[];
  readonly store: Store | undefined;
}

/** Looks at the images that are likely to share layers: of the names that will be given, those loaded before, and the base. */
async function findHeld({ engine, facts, names, store }: Search, image: Image): Promise<ReadonlySet<Digest>> {
  const loads = store === undefined ? [] : await recallLoads(store, engine.place);
  const base = baseName(image);
  const likely = [
    imageId(image, facts),
    ...names.map((name) => name.full),
    ...loads.map((loaded) => (facts.store === 'manifests' ? loaded.manifest : loaded.config)),
    ...(base === undefined ? [] : [imageName(base).full]),
  ];
  const found = await engine.images([...new Set(likely)]);
  const own = image.layers.map((layer) => layer.digest);
  const known = new Map([...loads.map(({ manifest, layers }) => [manifest, layers] as const), [image.descriptor.digest, own] as const]);
  return heldLayers({ image, store: facts.store, found, known });
}

function imageId(image: Image, { store }: EngineFacts): Digest {
  return store === 'manifests' ? image.descriptor.digest : image.configDescriptor.digest;
}

/** An answer of 200 to a load proves little: with the containerd store it is the same if layers are missing. */
async function verify(engine: Engine, facts: EngineFacts, image: Image): Promise<void> {
  const id = imageId(image, facts);
  const [found] = await engine.images([id]);
  if (found === undefined) throw notWhole(image, `it has no image ${id}`);
  const same = found.diffIds.length === image.layers.length && image.layers.every((layer, at) => layer.diffId === found.diffIds[at]);
  if (!same) throw notWhole(image, `${id} has other layers`);
  if (found.complete?.includes(image.descriptor.digest) === false) throw notWhole(image, 'it lacks some of its layers');
  await engine.tryContainer(id);
}

async function rename(engine: Engine, name: ImageName, id: Digest): Promise<void> {
  await engine.tag(id, name);
  const [found] = await engine.images([name.full]);
  if (found?.id === id) return;
  throw new ToolError('DAEMON_REFUSED', `${name.familiar} is not the image that was loaded: ${found?.id ?? 'there is none of that name'}`, {
    details: [`expected ${id}`],
    hint: 'another process may have changed the name; load it again',
  });
}

function notWhole(image: Image, reason: string): ToolError {
  return new ToolError('DAEMON_REFUSED', `the daemon did not take ${image.name} as a whole: ${reason}`, {
    hint: 'look at its log; often its disk is full',
  });
}
