import type { ImageConfig } from '../../config/index.ts';
import { ToolError } from '../../errors/index.ts';
import { buildImage, type PlannedImage, planImages } from '../../pipeline.ts';
import { hostPlatform, platformName } from '../../platform.ts';
import { parsePort, parseVolume, runImage } from '../../runtime/index.ts';
import { pickPlatform } from '../../sources/index.ts';
import type { RunFlags } from '../commands/run.ts';
import { type BuildFlags, buildRequest } from '../options.ts';
import type { Terminal } from '../terminal.ts';

/** What `wherry run` starts: the project of a directory, with other arguments than its image's command if there are any. */
export interface RunTarget {
  readonly directory: string | undefined;
  readonly args: readonly string[];
}

/** `wherry run`: builds the image of a project, runs it here, and gives its exit status. */
export async function runContainer({ directory, args }: RunTarget, flags: BuildFlags & RunFlags, terminal: Terminal): Promise<number> {
  const context = await terminal.context();
  const [image] = await planImages(buildRequest(directory, flags, terminal), context, requireOne);
  if (image === undefined) throw new ToolError('USAGE', 'this project has no image to run');
  const own = ownPlatform(image);
  const built = pickPlatform(await buildImage(own, context, { remember: own === image }), hostPlatform);
  terminal.finish();
  return await runImage({
    image: built,
    with: flags.with,
    ports: (flags.publish ?? []).map(parsePort),
    env: flags.env ?? [],
    envFile: flags.envFile,
    volumes: (flags.volume ?? []).map((volume) => parseVolume(volume, terminal.cwd)),
    readOnly: flags.readOnly === true,
    writable: own.plans[0]?.explain.writable ?? [],
    args,
    context,
  });
}

/** Errors: USAGE, before anything is resolved. */
function requireOne(images: readonly ImageConfig[]): void {
  if (images.length < 2) return;
  throw new ToolError('USAGE', `wherry run takes one image, and this project has ${images.length}`, {
    hint: `name one with --image: ${images.map(({ name }) => name).join(', ')}`,
  });
}

/** Of several platforms only this machine's is made, and the store keeps what it has of all of them. */
function ownPlatform(image: PlannedImage): PlannedImage {
  const plans = image.plans.filter(({ platform }) => platformName(platform) === platformName(hostPlatform));
  return image.plans.length > 1 && plans.length > 0 ? { ...image, plans } : image;
}
