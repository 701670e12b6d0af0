import { loadConfig } from './config/index.ts';
import type { ImageConfig } from './config/types.ts';
import type { Context } from './context.ts';
import type { Digest } from './digest.ts';
import { assembleImage, assembleIndex } from './image/index.ts';
import type { Image, ImageIndex } from './image/types.ts';
import type { IndexOptions } from './indexes/index.ts';
import { packageSupply, registriesOf } from './package-supply.ts';
import { planBuilds, requireComputedLock } from './pipeline-builds.ts';
import { completeLock, type LockedImage, ownIndexes, readLocks } from './pipeline-locks.ts';
import type { RemoteCache } from './pipeline-remote.ts';
import { type ImagePlan, planImage } from './plan/index.ts';
import { type Platform, platformName } from './platform.ts';
import { type LayerPool, makeLayers, produceLayers } from './produce/index.ts';
import { type Project, readProject } from './project/index.ts';
import { type BuildRequest, momentOf } from './request.ts';
import {
  readWherryLock,
  resolveSizes,
  resolveTarget,
  sameWherryLock,
  type Target,
  type WherryLock,
  writeWherryLock,
} from './resolve/index.ts';
import { checkPlatforms, type Selection, selectAll } from './select/index.ts';
import { rememberImage } from './sources/index.ts';
import { stage } from './stage.ts';
import { baseReference, imageBlobs, mirroredContext, producedNote, resolvedNote, supplyOptions } from './supply.ts';
import { treeReader } from './trees.ts';

/** Plans of one image, one per platform: of each that it is configured for, unless the request asked for one only. */
export interface PlannedImage {
  readonly project: Project;
  readonly config: ImageConfig;
  readonly plans: readonly ImagePlan[];
  /** Indexes that the image's requirements files name themselves. */
  readonly indexes?: IndexOptions | undefined;
}

/** Is shown the images of a project as soon as they are known, before anything is resolved; what it throws ends the work. */
export type Configured = (images: readonly ImageConfig[]) => void;

/** From a directory to plans: project → lock → resolve → select → plan. With a complete wherry.lock no request is sent. */
export async function planImages(request: BuildRequest, ctx: Context, configured?: Configured): Promise<PlannedImage[]> {
  const project = await stage(ctx, 'project', () => readProject(request.directory));
  const known = await readWherryLock(project.root);
  const { planned, pins } = await planProject({ project, request, pins: known, ...(configured && { configured }) }, ctx);
  if (!sameWherryLock(known, pins)) await writeWherryLock(project.root, pins);
  return planned;
}

export interface ProjectInput {
  readonly project: Project;
  readonly request: BuildRequest;
  /** wherry.lock as it was read. */
  readonly pins: WherryLock;
  readonly configured?: Configured;
}

/** The same for a project that is read already; the caller decides what happens to wherry.lock. */
export async function planProject(
  { project, request, pins: known, configured }: ProjectInput,
  ctx: Context,
): Promise<{ planned: PlannedImage[]; pins: WherryLock }> {
  const config = await loadConfig({ project, env: ctx.env, flags: request.flags });
  configured?.(config.images);
  const images = await Promise.all(config.images.map(async (image) => ({ image, own: await ownProject(image, { project, request }) })));
  const locked = await readLocks(images, { ctx, frozen: request.frozen });
  for (const message of project.notes ?? []) ctx.emit({ type: 'note', message });
  const planned: PlannedImage[] = [];
  let pins = known;
  for (const one of locked) {
    const done = await planPlatforms({ ...one, image: narrowed(one.image, request.only), project, request, pins }, ctx);
    pins = done.pins;
    planned.push({ project, config: one.image, plans: done.plans, indexes: ownIndexes(one.read) });
  }
  for (const message of notesOf(planned)) ctx.emit({ type: 'note', message });
  return { planned, pins };
}

/** The member that an image is made of, or the project at hand if it is made of several or of none in particular. */
async function ownProject({ selection }: ImageConfig, { project, request }: Pick<ProjectInput, 'project' | 'request'>): Promise<Project> {
  const [name, ...others] = selection.packages;
  return name === undefined || others.length > 0 ? project : await readProject(request.directory, { package: name });
}

/** An image that is not for that platform keeps what it is for. */
function narrowed(image: ImageConfig, only: Platform | undefined): ImageConfig {
  const platforms = image.platforms.filter((platform) => only === undefined || platformName(platform) === platformName(only));
  return platforms.length === 0 ? image : { ...image, platforms };
}

type PlatformsInput = Omit<ProjectInput, 'configured'> & LockedImage;

/** Plans one image for each of its platforms. All of them are selected for before any wheel is asked for, so that one error names all that lacks. */
async function planPlatforms(
  { project, own, read, open, image, request, pins: known }: PlatformsInput,
  ctx: Context,
): Promise<{ plans: ImagePlan[]; pins: WherryLock }> {
  const { lock, ...completed } = await completeLock({ read, own }, { pins: known, mode: request.lockMode, ctx });
  checkPlatforms(lock, image.platforms);
  let { pins } = completed;
  const targets: Target[] = [];
  for (const platform of image.platforms) {
    const question = { image, project: own, platform, lock: pins, mode: request.lockMode, ctx: mirroredContext(ctx, image) };
    const resolved = await stage(
      ctx,
      'resolve',
      () => resolveTarget(question),
      ({ target }) => resolvedNote(target),
    );
    pins = resolved.lock;
    targets.push(resolved.target);
  }
  const supply = packageSupply(project, { ctx, indexes: ownIndexes(read), locked: registriesOf(lock.packages) });
  const trees = treeReader({ project: own, image, outputs: request.outputs });
  const common = { project: own, image, mode: request.lockMode, ctx, ...supply };
  const [first] = targets;
  if (open.length > 0 && first !== undefined) {
    pins = await requireComputedLock({ ...common, lock, pythonMinor: first.pythonMinor, pins, open, readTrees: trees });
  }
  const selections = selectAll({ lock, project: own, targets, request: image.selection });
  const moment = await momentOf(own, image, request);
  const plans: ImagePlan[] = [];
  for (const [position, target] of targets.entries()) {
    const selection = selections[position] as Selection;
    const sized = await resolveSizes({ selection, lock: pins, mode: request.lockMode, root: project.root, ...supply, ctx });
    const sources = await trees(selection);
    const { lock: after, builds } = await planBuilds({
      ...common,
      ...sources,
      pythonMinor: target.pythonMinor,
      selection,
      pins: sized.lock,
    });
    pins = after;
    plans.push(planImage({ project: own, image, target, selection, sizes: sized.sizes, ...sources, builds, moment }));
  }
  return { plans, pins };
}

/** Notes of all images and platforms, each once. */
function notesOf(planned: readonly PlannedImage[]): ReadonlySet<string> {
  return new Set(planned.flatMap(({ plans }) => [...plans.flatMap((plan) => plan.explain.notes), ...unevenPythons(plans)]));
}

/** Platforms that were locked at different times may have different patch releases. */
function unevenPythons(plans: readonly ImagePlan[]): string[] {
  const pythons = plans.map(({ platform, base }) => `Python ${base.python.version} on ${platformName(platform)}`);
  const same = new Set(plans.map(({ base }) => base.python.version)).size <= 1;
  return same ? [] : [`${plans[0]?.name} has ${pythons.join(', ')}; wherry lock --update takes the newest for all`];
}

export interface BuildOptions {
  /** Threads that outlive the image. */
  readonly pool?: LayerPool | undefined;
  /** Layers of the previous image in a registry are used for those that the store lacks. */
  readonly remote?: RemoteCache | undefined;
  /** Whether the store shall know the image by its name; default true. */
  readonly remember?: boolean;
}

/** From plans to an image: produce → image. The result lies in the store under the image's name; sinks are the caller's. */
export async function buildImage(
  { project, config, plans, indexes }: PlannedImage,
  ctx: Context,
  { pool, remote, remember = true }: BuildOptions = {},
): Promise<Image | ImageIndex> {
  const images: Image[] = [];
  const elsewhere = new Set<Digest>();
  const options = { ...supplyOptions({ project, config, plans, indexes }, ctx), ...(pool && { pool }) };
  for (const plan of plans) {
    const cache = remote?.forPlan({ plan, ctx, make: (layers) => makeLayers(layers, { plan, ctx, options }) });
    const produceOptions = { ...options, ...(cache && { elsewhere: cache.elsewhere }) };
    const layers = await stage(
      ctx,
      'produce',
      () => produceLayers(plan, ctx, produceOptions),
      (made) => producedNote(made, plan),
    );
    const blobs = imageBlobs(plan.base.content, { ctx: mirroredContext(ctx, config), root: project.root });
    images.push(assembleImage({ plan, layers, blobs: cache?.blobs(blobs) ?? blobs }));
    for (const digest of cache?.used() ?? []) elsewhere.add(digest);
  }
  const image = assembleIndex(images);
  const held = remote && elsewhere.size > 0 ? { repository: remote.repository, digests: [...elsewhere] } : undefined;
  if (remember) await rememberImage(ctx.store, image, { base: baseReference(plans), elsewhere: held });
  return image;
}
