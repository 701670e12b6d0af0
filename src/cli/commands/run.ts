import { Option } from 'commander';
import { ToolError } from '../../errors/index.ts';
import type { Runtime } from '../../runtime/index.ts';
import type { AddCommand } from '../command.ts';
import { addBuildOptions, type BuildFlags } from '../options.ts';
import { collect } from '../selection-flags.ts';

/** Flags of `wherry run` beside those that choose what is built. */
export interface RunFlags {
  readonly with?: Runtime;
  readonly publish?: string[];
  readonly env?: string[];
  readonly envFile?: string;
  readonly volume?: string[];
  readonly readOnly?: boolean;
}

const help = `
Examples:
  wherry run -p 8080:8000                       build, run, and reach it at localhost:8080
  wherry run -e SITE_SECRET_KEY --env-file .env secrets stay outside the image
  wherry run --read-only -- python -m site      another command on a read-only root
`;

export const addRun: AddCommand = (program, { terminal, done }) => {
  addBuildOptions(program.command('run'))
    .description('Build the image of a project and run it here')
    .argument('[directory]', 'the project (default: here)')
    .argument('[arguments...]', 'after --: replaces the image command')
    .addOption(
      new Option('--with <runtime>', 'docker, podman or unshare (a test tool, no isolation)').choices(['docker', 'podman', 'unshare']),
    )
    .addOption(new Option('-p, --publish <host:container>', 'publish a TCP port; repeatable').argParser(collect))
    .addOption(new Option('-e, --env <name[=value]>', 'environment of the container; repeatable').argParser(collect))
    .option('--env-file <file>', 'file with lines NAME=value')
    .addOption(new Option('-v, --volume <source:target[:ro]>', 'bind mount; repeatable').argParser(collect))
    .option('--read-only', 'read-only root; declared directories and /tmp stay writable')
    .addHelpText('after', help)
    .action(async (first: string | undefined, rest: string[], flags: BuildFlags & RunFlags) => {
      const target = splitArguments(first, rest, process.argv);
      const { runContainer } = await import('../actions/run.ts');
      done(await runContainer(target, flags, terminal));
    });
};

/** Words after `--` replace the command; the word before it, if any, is the directory. */
export function splitArguments(
  first: string | undefined,
  rest: readonly string[],
  argv: readonly string[],
): { directory: string | undefined; args: readonly string[] } {
  const words = first === undefined ? [] : [first, ...rest];
  const separator = argv.indexOf('--');
  const after = separator < 0 ? [] : argv.slice(separator + 1);
  const before = words.slice(0, words.length - after.length);
  if (before.length > 1)
    throw new ToolError('USAGE', `unexpected argument ${before[1]}`, { hint: 'put the command of the container after --' });
  return { directory: before[0], args: after };
}
