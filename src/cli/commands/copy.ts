import { Option } from 'commander';
import type { AddCommand } from '../command.ts';

/** Flags of `wherry copy`. */
export interface CopyFlags {
  readonly platform?: string;
  readonly referrers?: boolean;
}

const help = `
IMAGE is a registry reference (HOST/NAME:TAG), oci:DIRECTORY[:NAME], tar:FILE[:NAME], docker:NAME or podman:NAME. A source
can also be the name of an image built here, which comes before a registry reference of the same name; a destination also
containerd:NAME.

Every byte and digest stays: all platforms of an index, attestations, artifacts, media types, annotations. Layers that may not
be distributed are left where their URLs say. Signatures and SBOMs that refer to an image are copied with --referrers only.
Daemons take the image of their own platform alone. Podman, and Docker without the containerd store, keep unpacked layers: what
is copied from there is compressed anew, with the same files under other digests.

Without a tag the destination gets the source's tag; a source that is named by its digest alone moves no tag. The tag moves
last, and what is there already is not sent again.

Examples:
  wherry copy python:3.13-slim registry.example/python             every platform, under the same tag
  wherry copy site registry.example/team/site:1.2                  the last build
  wherry copy registry.example/app:abc123 registry.example/app:prod  another tag, no bytes
  wherry copy --platform linux/arm64 registry.example/app:prod tar:app.tar
  wherry copy --referrers registry.example/app:prod oci:mirror     with signatures and SBOMs
`;

export const addCopy: AddCommand = (program, { terminal }) => {
  program
    .command('copy')
    .description('Copy an image from one place to another, byte for byte')
    .argument('<source>')
    .argument('<destination>')
    .addOption(new Option('--platform <os/cpu>', 'only this image of an index'))
    .option('--referrers', 'signatures, SBOMs and other manifests that refer to it too')
    .addHelpText('after', help)
    .action(async (from: string, to: string, flags: CopyFlags) => {
      const { runCopy } = await import('../actions/copy.ts');
      await runCopy({ from, to }, flags, terminal);
    });
};
