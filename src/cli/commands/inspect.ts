import { Option } from 'commander';
import type { AddCommand } from '../command.ts';

/** Flags of `wherry inspect`. */
export interface InspectFlags {
  readonly packages?: boolean;
  readonly files?: boolean;
  readonly layers?: boolean;
  readonly check?: boolean;
  readonly platform?: string;
}

const help = `
IMAGE is the name of an image built here, else a registry reference (HOST/NAME:TAG), oci:DIRECTORY[:NAME], tar:FILE[:NAME],
docker:REFERENCE or podman:REFERENCE.

Examples:
  wherry inspect site                     what the last build made
  wherry inspect --packages oci:out       every Python distribution and Debian package
  wherry inspect --check tar:site.tar     read every byte and say what is wrong
  wherry inspect --layers --platform linux/arm64 python:3.13-slim
`;

export const addInspect: AddCommand = (program, { terminal, done }) => {
  program
    .command('inspect')
    .description('Look into an image')
    .argument('<image>')
    .option('--packages', 'what is installed')
    .option('--files', 'every path')
    .option('--layers', 'every layer with its size, recipe, and how it was made')
    .option('--check', 'verify digests, structure, owners and secrets; exit status 1 if something is wrong')
    .addOption(new Option('--platform <os/cpu>', 'one of an index; without it all of them'))
    .addHelpText('after', help)
    .action(async (name: string, flags: InspectFlags) => {
      const { runInspect } = await import('../actions/inspect.ts');
      done(await runInspect(name, flags, terminal));
    });
};
