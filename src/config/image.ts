import type { Platform } from '../platform.ts';
import { configInvalid, notYet } from './issues.ts';
import type { MergedImage } from './merged.ts';
import { type ConfigFile, defaultBytecode, type ImageKeys } from './schema.ts';
import { refuseSecrets } from './secrets.ts';
import { packageNames, selectionOf } from './selection.ts';
import type { DirectorySpec, FileSpec, HealthSpec, ImageConfig, UserSpec } from './types.ts';
import { splitWords } from './words.ts';

/** Defaults in the file's form. The host's own platform never decides. */
export const defaultKeys: Partial<ImageKeys> = {
  platforms: ['linux/amd64'],
  tags: ['latest'],
  user: { name: 'app', uid: 1001 },
  bytecode: defaultBytecode,
  venv: '/app/.venv',
  workdir: '/app',
  format: 'oci',
};

/** What holds for every image of a project. */
export interface Shared extends Pick<ConfigFile, 'debian' | 'registries'> {
  /** Name of the project at hand. */
  readonly member?: string | undefined;
}

/** The typed settings of one image. Throws CONFIG_INVALID for what the schema alone cannot tell, SECRET_REFUSED, CONFIG_NOT_YET. */
export function imageConfig(image: MergedImage, shared: Shared): ImageConfig {
  const { name, values } = image;
  const env = values.env ?? {};
  refuseSecrets(env, () => originOf(image, 'env')?.where);
  return {
    name,
    repository: values.repository?.replace(/\/+$/, ''),
    // In one order, so that an index does not depend on how it was asked for.
    platforms: [...new Set(values.platforms)].sort().map(platform),
    tags: (values.tags ?? []).map((tag) => plainTag(tag, image)),
    python: values.python,
    base: values.base,
    lock: { lock: values.lock, requirements: values.requirements ?? [] },
    selection: selectionOf(values),
    noProject: values['no-project'] ?? isWithoutProject(values, shared.member),
    buildConstraints: values['build-constraints'] ?? [],
    env,
    files: values.files?.map(fileSpec),
    directories: (values.directories ?? []).map(directorySpec),
    user: userSpec(image),
    entrypoint: wordsOf(image, 'entrypoint') ?? [],
    command: wordsOf(image, 'command'),
    ports: values.ports ?? [],
    health: healthSpec(image),
    links: values.links ?? {},
    bytecode: values.bytecode ?? defaultBytecode,
    collisions: values.collisions ?? 'error',
    venv: directoryPath(values.venv ?? '/app/.venv'),
    workdir: directoryPath(values.workdir ?? '/app'),
    format: values.format ?? 'oci',
    labels: values.labels ?? {},
    annotations: values.annotations ?? {},
    stopSignal: values['stop-signal'],
    stamp: values.stamp ?? [],
    debian: debianSettings(shared.debian),
    mirrors: mirrorsOf(shared.registries),
  };
}

/** Files of the project at hand are of no use beside groups alone, or beside members that it is not one of. */
function isWithoutProject(values: Partial<ImageKeys>, member: string | undefined): boolean {
  const names = packageNames(values);
  const isOther = names.length > 1 && (member === undefined || !names.includes(member));
  return isOther || (values['only-groups'] ?? []).length > 0;
}

function originOf(image: MergedImage, key: keyof ImageKeys): MergedImage['origins'][number] | undefined {
  return image.origins.find((origin) => origin.key === key);
}

function invalid(image: MergedImage, at: { readonly key: keyof ImageKeys; readonly hint: string }, message: string): never {
  const origin = originOf(image, at.key);
  throw configInvalid(`${origin?.origin ?? at.key}: ${at.key} ${message}`, origin?.where, at.hint);
}

function platform(name: string): Platform {
  return { os: 'linux', architecture: name === 'linux/arm64' ? 'arm64' : 'amd64' };
}

function directoryPath(path: string): string {
  return path.replace(/\/+$/, '');
}

/** A tag, a whole reference, or `type=raw,value=...`; the other forms of docker/metadata-action need git and come later. */
function plainTag(tag: string, image: MergedImage): string {
  const raw = /^type=raw,value=([^,]+)$/.exec(tag)?.[1];
  const plain = raw ?? tag;
  if (plain.startsWith('type=')) throw notYet(`the tag "${tag}"`, originOf(image, 'tags')?.where);
  if (/^\w[\w.-]{0,127}$/.test(plain) || /^[a-z0-9][\w.:/-]*[/:][\w.:/-]+$/.test(plain)) return plain;
  return invalid(
    image,
    { key: 'tags', hint: 'a tag has letters, digits, ".", "_" and "-", at most 128' },
    `has "${tag}", which is not a tag`,
  );
}

function wordsOf(image: MergedImage, key: 'command' | 'entrypoint'): readonly string[] | undefined {
  const value = image.values[key];
  if (typeof value !== 'string') return value;
  const words = splitWords(value);
  if (words !== undefined && words.length > 0) return words;
  const list = `["/bin/sh", "-c", ${JSON.stringify(value)}]`;
  return invalid(
    image,
    { key, hint: `write a list of words; if it needs a shell: ${key} = ${list}` },
    'uses shell syntax, and no shell would read it',
  );
}

function modeOf(text: string | undefined): { readonly mode?: number } {
  return text === undefined ? {} : { mode: Number.parseInt(text, 8) };
}

function ownerOf(owner: string | undefined): { readonly owner?: string } {
  return owner === undefined ? {} : { owner };
}

function fileSpec(file: NonNullable<ImageKeys['files']>[number]): FileSpec {
  if (typeof file === 'string') return { kind: 'pattern', pattern: file };
  const common = { to: file.to, ...modeOf(file.mode), ...ownerOf(file.owner) };
  return 'from' in file ? { kind: 'from', from: file.from, ...common } : { kind: 'text', text: file.text, ...common };
}

function directorySpec(directory: NonNullable<ImageKeys['directories']>[number]): DirectorySpec {
  if (typeof directory === 'string') return { path: directoryPath(directory), mode: 0o755 };
  return { path: directoryPath(directory.path), mode: 0o755, ...modeOf(directory.mode), ...ownerOf(directory.owner) };
}

function userSpec(image: MergedImage): UserSpec {
  const user = image.values.user ?? { name: 'app', uid: 1001 };
  if (user === 'root') return { name: 'root', uid: 0, gid: 0 };
  if (user.uid === 0) invalid(image, { key: 'user', hint: 'to run as root, write user = "root"' }, 'has uid 0');
  if (user.name === 'root')
    invalid(image, { key: 'user', hint: 'to run as root, write user = "root"' }, 'is named root, but has another uid');
  return { name: user.name, uid: user.uid, gid: user.gid ?? user.uid };
}

function healthSpec(image: MergedImage): HealthSpec | undefined {
  const health = image.values.health;
  if (health === undefined) return undefined;
  const { http, port, host, command, interval, timeout, retries } = health;
  if ((http === undefined) === (command === undefined)) {
    invalid(image, { key: 'health', hint: 'for example health = { http = "/health", port = 8000 }' }, 'needs either http or command');
  }
  return {
    ...(http === undefined ? {} : { http, port: port ?? image.values.ports?.[0] ?? 8000 }),
    ...(host === undefined ? {} : { host }),
    ...(command === undefined ? {} : { command }),
    interval: interval ?? 30,
    timeout: timeout ?? 5,
    startPeriod: health['start-period'] ?? 10,
    retries: retries ?? 3,
  };
}

function mirrorsOf(registries: ConfigFile['registries']): ImageConfig['mirrors'] {
  return Object.fromEntries(Object.entries(registries ?? {}).map(([prefix, { mirrors = [] }]) => [prefix, mirrors]));
}

function debianSettings(debian: ConfigFile['debian']): ImageConfig['debian'] {
  const mirror = debian?.mirror ?? {};
  return { mirror: typeof mirror === 'string' ? { debian: mirror } : mirror, snapshot: debian?.snapshot };
}
