import { posix } from 'node:path';
import type { ImageConfig } from '../config/types.ts';
import { programsCalled } from '../project/index.ts';
import type { Target } from '../resolve/target.ts';
import type { PlannedFiles } from './files.ts';
import { programOf } from './shell.ts';

export interface ProgramsQuestion {
  readonly target: Pick<Target, 'base' | 'baseName'>;
  readonly image: Pick<ImageConfig, 'entrypoint' | 'links' | 'workdir'>;
  /** The start command, behind the entrypoint. */
  readonly command: readonly string[];
  readonly files: Pick<PlannedFiles, 'calls' | 'entries'>;
}

/** Commands of busybox that start scripts call; an assembled base has busybox, but of its commands only `sh` has a name. */
export const unnamed: ReadonlySet<string> = new Set(
  `awk basename cat chgrp chmod chown cp cut date dirname du env expr find grep gunzip gzip head hostname id ln ls md5sum mkdir mktemp mv nc nproc ps
  readlink realpath rm rmdir sed seq sha256sum sleep sort stat tail tar tee timeout touch tr uname uniq wc wget which whoami xargs`.split(
    /\s+/,
  ),
);

/** Other programs that start scripts call; an assembled base has none of them. */
export const absent: ReadonlySet<string> = new Set(['bash', 'curl', 'envsubst', 'git', 'gosu', 'jq', 'openssl', 'perl', 'psql', 'sudo']);

/**
 * A note on what a start script calls and an assembled base lacks, which would end the container when it starts; undefined if nothing is known to.
 * Other bases are not judged: what they hold is not known.
 */
export function missingPrograms(question: ProgramsQuestion): string | undefined {
  const { target, image, files } = question;
  if (target.base.content.kind !== 'debian') return undefined;
  const placed = new Set([...Object.keys(image.links), ...files.entries.map(({ path }) => path)].map((path) => posix.basename(path)));
  const called = callsAtStart(question).filter((name) => !placed.has(name));
  const names = called.filter((name) => unnamed.has(name));
  const others = called.filter((name) => absent.has(name));
  if (names.length + others.length === 0) return undefined;
  const links = names.map((name) => `"/usr/local/bin/${name}" = "/usr/bin/busybox"`).join(', ');
  const ways = [
    ...(names.length === 0 ? [] : [`busybox can be ${commas(names)}: links = { ${links} }`]),
    ...(others.length === 0 ? [] : [`${commas(others)} must come with another base`]),
  ];
  return `the start script calls ${commas([...names, ...others])}, which ${target.baseName} does not have; ${ways.join('; ')}`;
}

/** What a script calls that the image starts with, or the text behind `sh -c`. */
function callsAtStart({ image, command, files }: ProgramsQuestion): readonly string[] {
  const words = [...image.entrypoint, ...command];
  const program = programOf(words);
  const script = (path: string) => files.calls.get(posix.resolve(image.workdir, path)) ?? [];
  if (!/^(?:ba|da|a)?sh$/.test(posix.basename(program))) return program.includes('/') ? script(program) : [];
  const [flags, ...rest] = splitFlags(words.slice(words.indexOf(program) + 1));
  const [first = ''] = rest;
  return flags.some((flag) => /^-\w*c$/.test(flag)) ? programsCalled(first) : script(first);
}

function splitFlags(words: readonly string[]): readonly [readonly string[], ...string[]] {
  const end = words.findIndex((word) => !word.startsWith('-'));
  return end < 0 ? [words] : [words.slice(0, end), ...words.slice(end)];
}

function commas(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
