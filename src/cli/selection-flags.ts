import { type Command, Option } from 'commander';
import type { ConfigFlags } from '../config/index.ts';

/** Flags that choose what is installed, as uv has them. */
export interface SelectionFlags {
  readonly package?: string[];
  readonly allPackages?: boolean;
  readonly extra?: string[];
  readonly allExtras?: boolean;
  readonly noExtra?: string[];
  readonly group?: string[];
  readonly allGroups?: boolean;
  readonly onlyGroup?: string[];
  readonly noGroup?: string[];
  /** False with --no-dev. */
  readonly dev?: boolean;
  readonly onlyDev?: boolean;
  readonly defaultGroups?: boolean;
  readonly installProject?: boolean;
  readonly installWorkspace?: boolean;
  readonly installLocal?: boolean;
  readonly noInstallPackage?: string[];
  readonly build?: boolean;
  readonly noBuildPackage?: string[];
  readonly binary?: boolean;
  readonly noBinaryPackage?: string[];
}

/** A repeatable option. */
export function collect(value: string, previous: string[] | undefined): string[] {
  return [...(previous ?? []), value];
}

/** A repeatable option that takes several values at once, separated by commas. */
export function collectList(value: string, previous: string[] | undefined): string[] {
  const items = value.split(',').map((item) => item.trim());
  return [...(previous ?? []), ...items.filter(Boolean)];
}

export function addSelectionOptions(command: Command): Command {
  return command
    .addOption(repeatable('--package <name>', 'workspace member to install; repeatable'))
    .option('--all-packages', 'install every workspace member')
    .addOption(repeatable('--extra <name>', 'extra to include; repeatable'))
    .option('--all-extras', 'include every extra')
    .addOption(repeatable('--no-extra <name>', 'extra to leave out of all of them; repeatable'))
    .addOption(repeatable('--group <name>', 'dependency group to include; repeatable'))
    .option('--all-groups', 'include every dependency group')
    .addOption(repeatable('--only-group <name>', 'this dependency group without the project and its dependencies; repeatable'))
    .addOption(repeatable('--no-group <name>', 'dependency group to leave out; repeatable'))
    .option('--dev', 'include the dev group if there is one')
    .option('--no-dev', 'leave the dev group out (the default), even if something names it')
    .option('--only-dev', 'the dev group without the project and its dependencies')
    .option('--no-default-groups', 'leave the default groups out')
    .option('--no-install-project', 'dependencies without the project')
    .option('--no-install-workspace', 'dependencies without any workspace member')
    .option('--no-install-local', 'dependencies without anything from a local path')
    .addOption(repeatable('--no-install-package <name>', 'leave a package out; repeatable'))
    .option('--no-build', 'install wheels only')
    .addOption(repeatable('--no-build-package <name>', 'install a package as a wheel only; repeatable'))
    .option('--no-binary', 'install no wheels of others, but build everything')
    .addOption(repeatable('--no-binary-package <name>', 'build a package even if it has wheels; repeatable'));
}

function repeatable(flags: string, description: string): Option {
  const option = new Option(flags, description).argParser(collectList);
  // Commander takes every `--no-…` for the opposite of an option, also where it takes a value.
  option.negate = false;
  return option;
}

/** The keys of [tool.wherry] that these flags set; undefined for flags that were not given. */
export function selectionValues(flags: SelectionFlags): NonNullable<ConfigFlags['values']> {
  const only = [...(flags.onlyGroup ?? []), ...(flags.onlyDev === true ? ['dev'] : [])];
  return {
    package: flags.package,
    'all-packages': flags.allPackages,
    extras: flags.extra,
    'all-extras': flags.allExtras,
    'no-extras': flags.noExtra,
    groups: flags.group,
    'all-groups': flags.allGroups,
    'only-groups': only.length === 0 ? undefined : only,
    'no-groups': flags.noGroup,
    dev: flags.dev,
    'no-default-groups': whenOff(flags.defaultGroups),
    'no-install-project': whenOff(flags.installProject),
    'no-install-workspace': whenOff(flags.installWorkspace),
    'no-install-local': whenOff(flags.installLocal),
    'no-install-package': flags.noInstallPackage,
    'no-build': whenOff(flags.build),
    'no-build-package': flags.noBuildPackage,
    'no-binary': whenOff(flags.binary),
    'no-binary-package': flags.noBinaryPackage,
  };
}

/** Commander gives `true` where a `--no-…` flag is absent. */
function whenOff(value: boolean | undefined): true | undefined {
  return value === false ? true : undefined;
}
