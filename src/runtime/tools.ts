import { accessSync, constants, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ToolError } from '../errors/index.ts';
import { type Architecture, platformName } from '../platform.ts';
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
export function unshareProblem({ image, context, handlers }: Pick<RunOptions, 'image' | 'context' | 'handlers'>): string | undefined {
  try {
    requirePlatform(handlers === undefined ? { image } : { image, handlers });
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

/** Where the kernel lists the interpreters that it starts for programs of other kinds. */
const usualHandlers = '/proc/sys/fs/binfmt_misc';

/** This machine's CPU, or one that its kernel has an emulator for. Throws RUN_NO_RUNTIME. */
export function requirePlatform({ image, handlers = usualHandlers }: Pick<RunOptions, 'image' | 'handlers'>): void {
  const own = `${process.platform}/${process.arch === 'x64' ? 'amd64' : process.arch}`;
  const wanted = platformName(image.platform);
  if (wanted === own || (process.platform === 'linux' && isEmulated(image.platform.architecture, handlers))) return;
  throw new ToolError('RUN_NO_RUNTIME', `cannot run ${image.name} with unshare: the image is for ${wanted}, this is ${own}`, {
    hint: 'install qemu-user-static, which registers emulators with the kernel (binfmt_misc), or use --with docker or --with podman',
  });
}

/** ELF machine numbers, little-endian at byte 18, as handlers have them in their magic. */
const machines: Readonly<Record<Architecture, string>> = { amd64: '3e00', arm64: 'b700' };

/** Whether an enabled handler takes that CPU's programs, and (flag F) is open already, so that an image needs no emulator inside. */
function isEmulated(architecture: Architecture, handlers: string): boolean {
  return namesIn(handlers).some((name) => {
    const lines = readText(join(handlers, name)).split('\n');
    const value = (key: string) => lines.find((line) => line.startsWith(`${key} `))?.slice(key.length + 1) ?? '';
    const isOpen = lines.includes('enabled') && /F/.test(value('flags:'));
    return (
      isOpen && value('offset') === '0' && value('magic').startsWith('7f454c46') && value('magic').slice(36, 40) === machines[architecture]
    );
  });
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory).filter((name) => name !== 'register' && name !== 'status');
  } catch {
    return [];
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** Whether this process may do everything; ordinary users need a user namespace. */
export function isRoot(): boolean {
  return process.getuid?.() === 0;
}
