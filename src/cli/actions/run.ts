import type { ImageConfig } from '../../config/index.ts';
import { ToolError } from '../../errors/index.ts';
import { buildImage, planImages } from '../../pipeline.ts';
import { hostPlatform } from '../../platform.ts';
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
  const request = { ...buildRequest(directory, flags, terminal), only: hostPlatform };
  const [planned] = await planImages(request, context, requireOne);
  if (planned === undefined) throw new ToolError('USAGE', 'this project has no image to run');
  // An image of one platform must not take the place of the one for all of them that the store knows.
  const remember = planned.plans.length === planned.config.platforms.length;
  const built = pickPlatform(await buildImage(planned, context, { remember }), hostPlatform);
  terminal.finish();
  return await runImage({
    image: built,
    with: flags.with,
    ports: (flags.publish ?? []).map(parsePort),
    env: flags.env ?? [],
    envFile: flags.envFile,
    volumes: (flags.volume ?? []).map((volume) => parseVolume(volume, terminal.cwd)),
    readOnly: flags.readOnly === true,
    writable: planned.plans[0]?.explain.writable ?? [],
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
