import { Option } from 'commander';
import { ToolError } from '../../errors/index.ts';
import { buildImage, planImages } from '../../pipeline.ts';
import type { Platform } from '../../platform.ts';
import { parsePort, parseVolume, type Runtime, runImage } from '../../runtime/index.ts';
import { pickPlatform } from '../../sources/index.ts';
import type { AddCommand } from '../command.ts';
import { addBuildOptions, type BuildFlags, buildRequest, collect } from '../options.ts';

/** Of several platforms the one that runs here without emulation. */
const hostPlatform: Platform = { os: 'linux', architecture: process.arch === 'arm64' ? 'arm64' : 'amd64' };

interface RunFlags {
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
      const { directory, args } = splitArguments(first, rest, process.argv);
      const context = await terminal.context();
      const planned = await planImages(buildRequest(directory, flags, terminal), context);
      const [image] = planned;
      if (image === undefined || planned.length > 1) {
        throw new ToolError('USAGE', `wherry run takes one image, and this project has ${planned.length}`, {
          hint: 'name one with --image',
        });
      }
      const built = pickPlatform(await buildImage(image, context), hostPlatform);
      terminal.finish();
      const status = await runImage({
        image: built,
        with: flags.with,
        ports: (flags.publish ?? []).map(parsePort),
        env: flags.env ?? [],
        envFile: flags.envFile,
        volumes: (flags.volume ?? []).map((volume) => parseVolume(volume, terminal.cwd)),
        readOnly: flags.readOnly === true,
        writable: image.plans[0]?.explain.writable ?? [],
        args,
        context,
      });
      done(status);
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
