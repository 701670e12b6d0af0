import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { ToolError } from '../errors/index.ts';
import { platformName } from '../platform.ts';
import type { RunOptions } from './types.ts';

/** Absolute paths of the host's util-linux programs. */
export interface Tools {
  readonly unshare: string;
  readonly nsenter: string;
  readonly setpriv: string;
  readonly mount: string;
  readonly sh: string;
}

/** Why unshare cannot run the image here; undefined if it can be tried. */
export function unshareProblem({ image, context }: Pick<RunOptions, 'image' | 'context'>): string | undefined {
  try {
    requireOwnPlatform({ image });
    unshareTools(context.env);
    return undefined;
  } catch (error) {
    if (error instanceof ToolError) return error.message;
    throw error;
  }
}

/** Where the host keeps its own programs. */
export const systemPath = '/usr/sbin:/usr/bin:/sbin:/bin';

/** Throws RUN_NO_RUNTIME if one is missing. */
export function unshareTools(env: Readonly<Record<string, string | undefined>>): Tools {
  const directories = `${systemPath}:${env.PATH ?? ''}`.split(':').filter((directory) => directory.startsWith('/'));
  const find = (name: string) => {
    const found = directories.map((directory) => join(directory, name)).find(isExecutable);
    if (found !== undefined) return found;
    throw new ToolError('RUN_NO_RUNTIME', `cannot run the image with unshare: ${name} is not on this machine`, {
      hint: 'install util-linux, or use --with docker or --with podman',
    });
  };
  return { unshare: find('unshare'), nsenter: find('nsenter'), setpriv: find('setpriv'), mount: find('mount'), sh: find('sh') };
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Nothing is emulated. Throws RUN_NO_RUNTIME. */
export function requireOwnPlatform({ image }: Pick<RunOptions, 'image'>): void {
  const own = `${process.platform}/${process.arch === 'x64' ? 'amd64' : process.arch}`;
  if (platformName(image.platform) === own) return;
  throw new ToolError(
    'RUN_NO_RUNTIME',
    `cannot run ${image.name} with unshare: the image is for ${platformName(image.platform)}, this is ${own}`,
    {
      hint: 'use --with docker or --with podman',
    },
  );
}

/** Whether this process may do everything; ordinary users need a user namespace. */
export function isRoot(): boolean {
  return process.getuid?.() === 0;
}
