import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ToolError } from '../errors/index.ts';
import type { PortMapping, RunOptions, Volume } from './types.ts';

/** Reads `[ADDRESS:]HOST:CONTAINER`, or one port for both sides. Throws USAGE. */
export function parsePort(text: string): PortMapping {
  const match = /^(?:(\[[^\]]+\]|[^:]+):)?(\d+):(\d+)$/.exec(text) ?? /^()(\d+)$/.exec(text);
  const host = Number(match?.[2]);
  const container = Number(match?.[3] ?? match?.[2]);
  if (match === null || !isPort(host) || !isPort(container)) {
    throw new ToolError('USAGE', `cannot read the port ${JSON.stringify(text)}`, { hint: 'write it like -p 8080:8000' });
  }
  return { address: match[1] || undefined, host, container };
}

/** Reads `SOURCE:TARGET[:ro]`; a relative source starts at `directory`. Throws USAGE. */
export function parseVolume(text: string, directory: string): Volume {
  const [, source, target, mode] = /^(.+?):(\/[^:]*)(?::(ro|rw))?$/.exec(text) ?? [];
  if (source === undefined || target === undefined) {
    throw new ToolError('USAGE', `cannot read the volume ${JSON.stringify(text)}`, {
      hint: 'write it like -v ./data:/app/data or -v ./data:/app/data:ro',
    });
  }
  return { source: resolve(directory, source), target, readOnly: mode === 'ro' };
}

/**
 * Variables of `--env-file` and `-e` by name; later ones win. `NAME` without a value takes the caller's, or is left out if there is none.
 * Throws USAGE for unreadable files and lines; messages never hold values.
 */
export async function readEnvironment({
  env = [],
  envFile,
  context,
}: Pick<RunOptions, 'env' | 'envFile' | 'context'>): Promise<ReadonlyMap<string, string>> {
  const lines = envFile === undefined ? [] : fileLines(await readText(envFile));
  const variables = new Map<string, string>();
  for (const line of [...lines, ...env]) {
    const equals = line.indexOf('=');
    const name = equals < 0 ? line : line.slice(0, equals);
    if (name === '' || /[\s\0]/.test(name))
      throw new ToolError('USAGE', 'cannot read an environment variable: its name is empty or has a space', { hint: 'write NAME=value' });
    const value = equals < 0 ? context.env[name] : line.slice(equals + 1);
    if (value !== undefined) variables.set(name, value);
  }
  return variables;
}

/** As Docker reads it: no quotes, no expansion, comment lines only. */
function fileLines(text: string): string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trimStart())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new ToolError('USAGE', `cannot read the environment file ${file}`, { hint: 'check the path of --env-file', cause });
  }
}

function isPort(value: number): boolean {
  return Number.isInteger(value) && value > 0 && value < 65_536;
}
