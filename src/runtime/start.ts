import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ToolError } from '../errors/index.ts';
import { type ContainerConfig, type Image, parseConfig } from '../image/index.ts';
import { directoryInside } from './inside.ts';

/** What a container starts as, read from the image's configuration. */
export interface Start {
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly uid: number;
  readonly gid: number;
  readonly workdir: string;
}

export interface StartInput {
  readonly image: Image;
  /** The unpacked image; names of users are looked up in its /etc/passwd and /etc/group. */
  readonly root: string;
  readonly args: readonly string[];
  readonly variables: ReadonlyMap<string, string>;
}

const defaultPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Throws RUN_FAILED when the image names no command or an unknown user. */
export async function startOf({ image, root, args, variables }: StartInput): Promise<Start> {
  const config = parseConfig(image.config, image.name).config ?? {};
  const command = [...(config.Entrypoint ?? []), ...(args.length > 0 ? args : (config.Cmd ?? []))];
  if (command.length === 0)
    throw new ToolError('RUN_FAILED', `the image ${image.name} names no command`, { hint: 'give one: wherry run -- COMMAND' });
  const env = { PATH: defaultPath, ...imageEnvironment(config), ...Object.fromEntries(variables) };
  return { command, env, ...(await userOf(config.User ?? '', root)), workdir: config.WorkingDir || '/' };
}

function imageEnvironment(config: ContainerConfig): Record<string, string> {
  const pairs = (config.Env ?? []).map((line): [string, string] => {
    const equals = line.indexOf('=');
    return equals < 0 ? [line, ''] : [line.slice(0, equals), line.slice(equals + 1)];
  });
  return Object.fromEntries(pairs);
}

/** Numbers are taken as they are; a user without a group takes the group that passwd names. */
async function userOf(user: string, root: string): Promise<{ uid: number; gid: number }> {
  const [name = '', group] = user.split(':');
  if (name === '') return { uid: 0, gid: 0 };
  const line = await lookUp(root, 'passwd', name);
  const uid = Number(line?.[2] ?? name);
  const groupLine = group === undefined ? undefined : await lookUp(root, 'group', group);
  const gid = Number(group === undefined ? (line?.[3] ?? 0) : (groupLine?.[2] ?? group));
  if (Number.isInteger(uid) && Number.isInteger(gid)) return { uid, gid };
  throw new ToolError('RUN_FAILED', `the image has no user or group named ${JSON.stringify(user)}`);
}

/** The fields of the line whose name or number is `key`. */
async function lookUp(root: string, file: string, key: string): Promise<string[] | undefined> {
  const text = await readFile(join(directoryInside(root, 'etc'), file), 'utf8').catch(() => '');
  const lines = text.split('\n').map((line) => line.split(':'));
  return lines.find((fields) => fields[0] === key) ?? lines.find((fields) => fields[2] === key);
}
