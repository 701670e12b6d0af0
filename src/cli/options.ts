import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import type { ConfigFlags } from '../config/index.ts';
import { ToolError } from '../errors/index.ts';
import { lockMode } from '../lock-mode.ts';
import type { BuildRequest } from '../request.ts';
import type { Terminal } from './terminal.ts';

/** Flags that choose what is built; shared by build, run and plan. */
export interface BuildFlags {
  readonly image?: string[];
  readonly platform?: string[];
  readonly lock?: string;
  readonly requirements?: string[];
  readonly package?: string;
  readonly extra?: string[];
  readonly group?: string[];
  readonly noGroup?: string[];
  readonly defaultGroups?: boolean;
  readonly installProject?: boolean;
  readonly installWorkspace?: boolean;
  readonly installLocal?: boolean;
  readonly noInstallPackage?: string[];
  readonly locked?: boolean;
  readonly frozen?: boolean;
  readonly base?: string;
  readonly python?: string;
  readonly bytecode?: boolean;
  readonly tag?: string[];
  readonly oci?: string;
  readonly tar?: string;
}

/** A repeatable option. */
export function collect(value: string, previous: string[] | undefined): string[] {
  return [...(previous ?? []), value];
}

function list(value: string, previous: string[] | undefined): string[] {
  return [
    ...(previous ?? []),
    ...value
      .split(',')
      .map((item) => item.trim())
      .filter(Boolean),
  ];
}

export function addBuildOptions(command: Command): Command {
  return command
    .addOption(new Option('--image <name>', 'image of [tool.wherry.images]; repeatable').argParser(collect))
    .addOption(new Option('--platform <list>', 'linux/amd64, linux/arm64').argParser(list))
    .option('--lock <file>', 'lock to install: uv.lock, pylock.toml or pylock.NAME.toml')
    .addOption(new Option('--requirements <file>', 'requirements file to install instead of a lock; repeatable').argParser(collect))
    .option('--package <name>', 'workspace member to install')
    .addOption(new Option('--extra <name>', 'extra to include; repeatable').argParser(collect))
    .addOption(new Option('--group <name>', 'dependency group to include; repeatable').argParser(collect))
    .addOption(new Option('--no-group <name>', 'dependency group to leave out; repeatable').argParser(collect))
    .option('--no-dev', 'leave the dev group out (the default)')
    .option('--no-default-groups', 'leave the default groups out')
    .option('--no-install-project', 'dependencies without the project')
    .option('--no-install-workspace', 'dependencies without any workspace member')
    .option('--no-install-local', 'dependencies without anything from a local path')
    .addOption(new Option('--no-install-package <name>', 'leave a package out; repeatable').argParser(collect))
    .option('--locked', 'fail if wherry.lock lacks something, instead of adding it')
    .option('--frozen', 'use uv.lock without checking that it is up to date')
    .option('--base <reference>', 'base image, for example debian:13 or python:3.13-slim')
    .option('--python <X.Y>', 'Python of the image')
    .option('--no-bytecode', 'compile nothing beforehand (bytecode = "none")');
}

/** Reads flags and the environment into one request. `directory` is as typed, or undefined for the current one. */
export function buildRequest(directory: string | undefined, flags: BuildFlags, { env, cwd }: Pick<Terminal, 'env' | 'cwd'>): BuildRequest {
  return {
    directory: resolve(cwd, directory ?? '.'),
    flags: configFlags(flags),
    outputs: [flags.oci, flags.tar].filter((path) => path !== undefined).map((path) => resolve(cwd, path)),
    selection: {
      noDefaultGroups: flags.defaultGroups === false,
      noInstallProject: flags.installProject === false,
      noInstallWorkspace: flags.installWorkspace === false,
      noInstallLocal: flags.installLocal === false,
      noInstallPackages: flags.noInstallPackage ?? [],
    },
    frozen: flags.frozen === true,
    lockMode: lockMode({ locked: flags.locked === true, frozen: flags.frozen === true, ci: isSet(env.CI) }),
    created: sourceDateEpoch(env.SOURCE_DATE_EPOCH),
  };
}

/** Keys of [tool.wherry] that were given as flags. */
function configFlags(flags: BuildFlags): ConfigFlags {
  const given = {
    platforms: flags.platform,
    lock: flags.lock,
    requirements: flags.requirements,
    package: flags.package,
    extras: flags.extra,
    groups: flags.group,
    'no-groups': flags.noGroup,
    base: flags.base,
    python: flags.python,
    bytecode: flags.bytecode === false ? ('none' as const) : undefined,
  };
  const values = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return { images: flags.image ?? [], values };
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '' && value !== '0' && value.toLowerCase() !== 'false';
}

/** SOURCE_DATE_EPOCH of the reproducible-builds specification: a whole number of seconds. */
function sourceDateEpoch(value: string | undefined): number | undefined {
  if (value === undefined || value === '') return undefined;
  const seconds = Number(value);
  if (!/^\d+$/.test(value) || seconds > 253_402_300_799) {
    throw new ToolError('USAGE', `SOURCE_DATE_EPOCH must be a whole number of seconds, not ${JSON.stringify(value)}`);
  }
  return seconds;
}
