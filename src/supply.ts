import type { BaseContent } from './base/facts.ts';
import { registryBlobSource } from './base/index.ts';
import type { ImageConfig } from './config/types.ts';
import type { Context } from './context.ts';
import { counted } from './count.ts';
import { findDebianMirrors } from './debian/index.ts';
import type { BlobSource, Layer } from './image/types.ts';
import type { IndexOptions } from './indexes/index.ts';
import { packageSupply, registriesOf } from './package-supply.ts';
import type { ImagePlan } from './plan/index.ts';
import { platformName } from './platform.ts';
import type { ProduceOptions } from './produce/index.ts';
import type { Project } from './project/index.ts';
import { withMirrors } from './registry/route/settings.ts';
import type { Target } from './resolve/index.ts';
import { storeBlobs } from './sources/index.ts';

/** The context with the mirrors of an image's configuration, which are asked when bases are read. Errors: CONFIG_INVALID. */
export function mirroredContext(ctx: Context, { mirrors }: Pick<ImageConfig, 'mirrors'>): Context {
  const registries = withMirrors(ctx.registries, mirrors);
  return registries === undefined ? ctx : { ...ctx, registries };
}

/** What is made, as far as it says where things come from. */
export interface SuppliedImage {
  readonly project: Project;
  readonly config: ImageConfig;
  readonly plans: readonly Pick<ImagePlan, 'selection'>[];
  readonly indexes?: IndexOptions | undefined;
}

/** Where `produce` may fetch from: credentials of the project's package indexes, mirrors of the image's configuration. */
export function supplyOptions({ project, config, plans, indexes }: SuppliedImage, ctx: Context): ProduceOptions {
  const { env } = ctx;
  const locked = registriesOf(plans.flatMap(({ selection }) => selection.packages));
  return {
    ...packageSupply(project, { ctx, indexes, locked }),
    mirrors: () =>
      findDebianMirrors({ config: config.debian.mirror, snapshot: config.debian.snapshot, env, defaults: ctx.defaults?.debian }),
  };
}

/** Blobs of an image: ours from the store, the base's own from where the base lies, streamed and never stored. */
export function imageBlobs(base: BaseContent, { ctx, root }: { readonly ctx: Context; readonly root: string }): BlobSource {
  return storeBlobs(ctx.store, base.kind === 'registry' ? registryBlobSource(base, ctx, root) : undefined);
}

/** The registry base that the store must remember to open an image again. */
export function baseReference(plans: readonly ImagePlan[]): string | undefined {
  const content = plans[0]?.base.content;
  return content?.kind === 'registry' ? content.reference : undefined;
}

/** What the stage line says after `produce`. */
export function producedNote(layers: readonly Layer[], { name, platform }: Pick<ImagePlan, 'name' | 'platform'>): string {
  return `${counted(layers.length, 'layer')} of ${name} for ${platformName(platform)}`;
}

/** What the stage line says after `resolve`. */
export function resolvedNote({ baseName, base, platform }: Target): string {
  return `${baseName} with Python ${base.python.version} for ${platformName(platform)}`;
}
