import { posix } from 'node:path';
import type { ImageConfig } from '../config/types.ts';
import { ToolError } from '../errors/index.ts';
import type { Target } from '../resolve/target.ts';

export interface ShellQuestion {
  readonly target: Pick<Target, 'base' | 'baseName'>;
  readonly image: Pick<ImageConfig, 'entrypoint' | 'health' | 'links' | 'workdir'>;
  /** The start command, behind the entrypoint. */
  readonly command: readonly string[];
  /** What the project's scripts start with after `#!`, by absolute path in the image. */
  readonly interpreters: ReadonlyMap<string, string>;
}

/** Refuses a start or health check that needs /bin/sh on a base without one (DESIGN §5). Errors: BASE_NO_SHELL. */
export function requireShell(question: ShellQuestion): void {
  const { target, image, command } = question;
  if (target.base.shell || shellPaths.some((path) => path in image.links || question.interpreters.has(path))) return;
  refuse('the start command', [...image.entrypoint, ...command], question);
  refuse('the health check', image.health?.command ?? [], question);
}

const shellPaths = ['/bin/sh', '/usr/bin/sh'];

function refuse(what: string, words: readonly string[], { target, image, interpreters }: ShellQuestion): void {
  const program = programOf(words);
  const script = program.includes('/') ? interpreters.get(posix.resolve(image.workdir, program)) : undefined;
  const needed = script === undefined ? program : programOf(script.split(/\s+/));
  if (needed !== 'sh' && !shellPaths.includes(needed)) return;
  throw new ToolError('BASE_NO_SHELL', `${what} needs a shell, and ${target.baseName} has none`, {
    details: [words.join(' '), ...(script === undefined ? [] : [`${program} starts with #!${script}`])],
    hint: 'call the program itself, for example command = ["python", "-m", "yourmodule"], or use a base with a shell',
  });
}

/** Programs that only start another one. */
const starters = new Set(['env', 'tini', 'dumb-init', 'catatonit']);

/** The program that a command starts in the end. */
export function programOf(words: readonly string[]): string {
  const rest = [...words];
  while (starters.has(posix.basename(rest[0] ?? ''))) {
    rest.shift();
    while (rest[0]?.startsWith('-') || /^\w+=/.test(rest[0] ?? '')) rest.shift();
  }
  return rest[0] ?? '';
}
