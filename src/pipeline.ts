import { loadConfig } from './config/index.ts';
import type { ImageConfig } from './config/types.ts';
import type { Context } from './context.ts';
import type { Digest } from './digest.ts';
import { assembleImage, assembleIndex } from './image/index.ts';
import type { Image, ImageIndex } from './image/types.ts';
import { readLock, requireFreshLock } from './lock/index.ts';
import type { RemoteCache } from './pipeline-remote.ts';
import { type ImagePlan, planImage } from './plan/index.ts';
import { type LayerPool, makeLayers, produceLayers } from './produce/index.ts';
import { type Project, readProject } from './project/index.ts';
import { type BuildRequest, momentOf, selectionRequest } from './request.ts';
import { readWherryLock, resolveSizes, resolveTarget, sameWherryLock, type WherryLock, writeWherryLock } from './resolve/index.ts';
import { select } from './select/index.ts';
import { rememberImage } from './sources/index.ts';
import { stage } from './stage.ts';
import { baseReference, imageBlobs, mirroredContext, projectCredentials, summarize, supplyOptions } from './supply.ts';
import { readTrees } from './trees.ts';

/** Plans of one image, one per platform. */
export interface PlannedImage {
  readonly project: Project;
  readonly config: ImageConfig;
  readonly plans: readonly ImagePlan[];
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
  const lock = await stage(ctx, 'lock', () => readLock(project));
  await requireFreshLock(project, lock, { frozen: request.frozen });
  for (const message of project.notes ?? []) ctx.emit({ type: 'note', message });
  const authorize = projectCredentials(project, ctx);
  const planned: PlannedImage[] = [];
  let pins = known;
  for (const image of config.images) {
    const plans: ImagePlan[] = [];
    const own = image.package === undefined ? project : await readProject(request.directory, { package: image.package });
    for (const platform of image.platforms) {
      const resolved = await stage(ctx, 'resolve', () =>
        resolveTarget({ image, project: own, platform, lock: pins, mode: request.lockMode, ctx: mirroredContext(ctx, image) }),
      );
      const selection = select({ lock, project: own, target: resolved.target, request: selectionRequest(image, request) });
      const sized = await resolveSizes({ selection, lock: resolved.lock, mode: request.lockMode, root: project.root, authorize, ctx });
      pins = sized.lock;
      const sources = await readTrees({ project: own, selection, image, outputs: request.outputs });
      plans.push(
        planImage({
          project: own,
          image,
          target: resolved.target,
          selection,
          sizes: sized.sizes,
          ...sources,
          moment: await momentOf(own, image, request),
        }),
      );
    }
    planned.push({ project, config: image, plans });
  }
  for (const message of notesOf(planned)) ctx.emit({ type: 'note', message });
  return { planned, pins };
}

/** Notes of all images and platforms, each once. */
function notesOf(planned: readonly PlannedImage[]): ReadonlySet<string> {
  return new Set(planned.flatMap(({ plans }) => plans.flatMap((plan) => plan.explain.notes)));
}

export interface BuildOptions {
  /** Threads that outlive the image. */
  readonly pool?: LayerPool | undefined;
  /** Layers of the previous image in a registry are used for those that the store lacks. */
  readonly remote?: RemoteCache | undefined;
}

/** From plans to an image: produce → image. The result lies in the store under the image's name; sinks are the caller's. */
export async function buildImage(
  { project, config, plans }: PlannedImage,
  ctx: Context,
  { pool, remote }: BuildOptions = {},
): Promise<Image | ImageIndex> {
  const images: Image[] = [];
  const elsewhere = new Set<Digest>();
  const options = { ...supplyOptions(project, config, ctx), ...(pool && { pool }) };
  for (const plan of plans) {
    const cache = remote?.forPlan({ plan, ctx, make: (layers) => makeLayers(layers, { plan, ctx, options }) });
    const produceOptions = { ...options, ...(cache && { elsewhere: cache.elsewhere }) };
    const layers = await stage(ctx, 'produce', () => produceLayers(plan, ctx, produceOptions), summarize);
    const blobs = imageBlobs(plan.base.content, { ctx: mirroredContext(ctx, config), root: project.root });
    images.push(assembleImage({ plan, layers, blobs: cache?.blobs(blobs) ?? blobs }));
    for (const digest of cache?.used() ?? []) elsewhere.add(digest);
  }
  const image = assembleIndex(images);
  const held = remote && elsewhere.size > 0 ? { repository: remote.repository, digests: [...elsewhere] } : undefined;
  await rememberImage(ctx.store, image, { base: baseReference(plans), elsewhere: held });
  return image;
}
