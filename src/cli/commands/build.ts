import { Option } from 'commander';
import type { AddCommand } from '../command.ts';
import { addBuildOptions, type BuildFlags } from '../options.ts';
import { collect } from '../selection-flags.ts';

/** What `--load` takes. */
export const loadTargets = ['auto', 'docker', 'podman', 'containerd'] as const;

/** Flags of `wherry build` beside those that choose what is built. */
export interface SinkFlags {
  readonly load?: (typeof loadTargets)[number];
  readonly push?: boolean;
  /** False with --no-remote. */
  readonly remote?: boolean;
  readonly verifyRemote?: boolean;
  readonly dryRun?: boolean;
}

const help = `
Examples:
  wherry build                         into the store, under the image's name
  wherry build --oci out               an OCI layout in ./out
  wherry build --tar site.tar          one file for docker load, podman load, skopeo and ctr
  wherry build --load -t site:1.2      into Docker or Podman, as site:1.2
  wherry build --push                  to a registry, as repository/NAME of the configuration
  wherry build --push -t registry.example/team/site:1.2
  wherry build --platform linux/arm64  for another CPU, without emulation
`;

export const addBuild: AddCommand = (program, { terminal }) => {
  addBuildOptions(program.command('build'))
    .description('Make the image of a project')
    .argument('[directory]', 'the project (default: here)')
    .option('--push', 'push to the registry that repository in [tool.wherry] or -t names')
    .option('--no-remote', 'with --push: make every layer here, whatever the previous image in the registry holds')
    .option('--verify-remote', 'with --push: compare what the previous image holds with a sample made here')
    .option('--oci <directory>', 'write an OCI image layout')
    .option('--tar <file>', 'write one archive that every loader takes (- for stdout)')
    .addOption(new Option('--load [daemon]', 'load into a daemon; auto is the first that works').choices(loadTargets))
    .addOption(new Option('-t, --tag <reference>', 'tag or name:tag of the image; repeatable').argParser(collect))
    .option('--dry-run', 'plan only; make and write nothing')
    .addHelpText('after', help)
    .action(async (directory: string | undefined, flags: BuildFlags & SinkFlags) => {
      const { startBuild } = await import('../actions/start-build.ts');
      await startBuild(directory, flags, terminal);
    });
};
