import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import type { ConfigFlags } from '../config/index.ts';
import { ToolError } from '../errors/index.ts';
import { lockMode } from '../lock-mode.ts';
import type { BuildRequest } from '../request.ts';
import { addSelectionOptions, collect, collectList, type SelectionFlags, selectionValues } from './selection-flags.ts';
import type { Terminal } from './terminal.ts';

/** Flags that choose what is built; shared by build, run and plan. */
export interface BuildFlags extends SelectionFlags {
  readonly image?: string[];
  readonly platform?: string[];
  readonly lock?: string;
  readonly requirements?: string[];
  readonly locked?: boolean;
  readonly frozen?: boolean;
  readonly base?: string;
  readonly python?: string;
  readonly bytecode?: boolean;
  readonly tag?: string[];
  readonly oci?: string;
  readonly tar?: string;
}

export function addBuildOptions(command: Command): Command {
  command
    .addOption(new Option('--image <name>', 'image of [tool.wherry.images]; repeatable').argParser(collect))
    .addOption(new Option('--platform <list>', 'linux/amd64, linux/arm64').argParser(collectList))
    .option('--lock <file>', 'lock to install: uv.lock, pylock.toml or pylock.NAME.toml')
    .addOption(new Option('--requirements <file>', 'requirements file to install instead of a lock; repeatable').argParser(collect));
  return addSelectionOptions(command)
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
    ...lockFlags(flags, env),
    created: sourceDateEpoch(env.SOURCE_DATE_EPOCH),
  };
}

/** How both locks are taken: by flags, else by uv's variables; a flag for one lock is stronger than a variable for the other. */
function lockFlags(flags: BuildFlags, env: Terminal['env']): Pick<BuildRequest, 'frozen' | 'lockMode'> {
  const isGiven = flags.frozen === true || flags.locked === true;
  const frozen = isGiven ? flags.frozen === true : isSet(env.UV_FROZEN);
  const locked = isGiven ? flags.locked === true : isSet(env.UV_LOCKED);
  return { frozen, lockMode: lockMode({ locked, frozen, ci: isSet(env.CI) }) };
}

/** Keys of [tool.wherry] that were given as flags. */
function configFlags(flags: BuildFlags): ConfigFlags {
  const given = {
    platforms: flags.platform,
    lock: flags.lock,
    requirements: flags.requirements,
    ...selectionValues(flags),
    base: flags.base,
    python: flags.python,
    bytecode: flags.bytecode === false ? ('none' as const) : undefined,
  };
  const values = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return { images: flags.image ?? [], values };
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && !/^(?:|0|false|f|no|n|off)$/i.test(value);
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
