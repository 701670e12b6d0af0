import { z } from 'zod';
import { selectionKeys } from './selection-keys.ts';
import type { BytecodePolicy } from './types.ts';

// A schema checks one value per run: translating it into code first takes longer than that.
z.config({ jitless: true });

/** What `bytecode` is where nobody sets it. */
export const defaultBytecode: BytecodePolicy = 'all';

const text = z.string().min(1);
const texts = z.array(text);
const absolute = z
  .string()
  .regex(/^\/(?!.*(?:^|\/)\.\.?(?:\/|$))(?:[^/\0]+\/?)+$/, 'must be an absolute path in the image without . or .. steps')
  .describe('absolute path in the image');
const relative = z
  .string()
  .min(1)
  .regex(/^(?!\/)(?!(?:.*\/)?\.\.(?:\/|$))[^\0]*$/, 'must be a path below the project, without leading / or .. steps');
const octal = z.string().regex(/^0?[0-7]{3,4}$/, 'must be an octal mode in quotes, for example "0755"');
const owner = z.string().regex(/^(?:[a-z_][a-z0-9_-]*|\d+(?::\d+)?)$/, 'must be a user name, "uid" or "uid:gid"');
const id = z.int().min(0).max(0xffff_fffe);
const port = z.int().min(1).max(65_535);
const seconds = z.number().positive().max(86_400);
const words = z.union([text, texts.min(1)]);
const variables = z.record(z.string().regex(/^[^=\0\s]+$/, 'must be a variable name'), z.string());
const strings = z.record(text, z.string());

const file = z.union([
  relative,
  z.strictObject({ from: relative, to: absolute, mode: octal.optional(), owner: owner.optional() }),
  z.strictObject({ text: z.string(), to: absolute, mode: octal.optional(), owner: owner.optional() }),
]);

const directory = z.union([absolute, z.strictObject({ path: absolute, mode: octal.optional(), owner: owner.optional() })]);

const user = z.union([
  z.literal('root'),
  z.strictObject({
    name: z
      .string()
      .regex(/^[a-z_][a-z0-9_-]{0,31}$/, 'must be a Linux user name')
      .default('app'),
    uid: id,
    gid: id.optional(),
  }),
]);

const health = z.strictObject({
  http: z.string().startsWith('/').optional().describe('path that must answer with a status below 400'),
  port: port.optional(),
  host: text.optional().describe('Host header'),
  command: texts.min(1).optional(),
  interval: seconds.optional(),
  timeout: seconds.optional(),
  'start-period': z.number().min(0).max(86_400).optional(),
  retries: z.int().min(1).max(100).optional(),
});

/** Every key that an image may set; also the defaults for all images. Keys are those of the TOML file. */
const imageKeys = {
  repository: text.optional().describe('where images are pushed: REPOSITORY/NAME'),
  platforms: z
    .array(z.enum(['linux/amd64', 'linux/arm64']))
    .min(1)
    .optional()
    .describe('platforms to build; default linux/amd64'),
  tags: texts.min(1).optional().describe('tags; default latest'),
  python: z
    .string()
    .regex(/^3\.\d{1,2}$/, 'must be a minor version of Python 3, for example "3.13" (in quotes in a file)')
    .optional()
    .describe('Python X.Y; default from .python-version and requires-python'),
  base: text.optional().describe('base image: debian:13, debian:13-noshell, any reference; default from the Python version'),
  lock: relative
    .regex(/(?:^|\/)(?:uv\.lock|pylock(?:\.[^./]+)?\.toml)$/, 'must name uv.lock, pylock.toml or pylock.NAME.toml')
    .optional()
    .describe('lock file; default uv.lock of the workspace, else pylock.toml, else requirements.txt'),
  requirements: z
    .array(relative)
    .min(1)
    .optional()
    .describe('requirements files to install instead of a lock: every package with its exact version'),
  ...selectionKeys,
  'build-constraints': texts.optional().describe('versions that may build packages, beside build-constraint-dependencies of [tool.uv]'),
  env: variables.optional().describe('environment variables; never secrets'),
  files: z.array(file).optional().describe('files of the project to copy; replaces detection and overrides ignore rules'),
  directories: z.array(directory).optional().describe('directories that are created and owned by the run user'),
  user: user.optional().describe('run user; default app with uid 1001'),
  entrypoint: words.optional(),
  command: words.optional().describe('start command; default detected'),
  ports: z.array(port).optional(),
  health: health.optional(),
  links: z.record(absolute, absolute).optional().describe('symbolic links: path = target'),
  bytecode: z
    .enum(['all', 'deps', 'none'])
    .optional()
    .describe(
      `modules to compile beforehand; deps: packages and the standard library of an assembled base alone; default ${defaultBytecode}`,
    ),
  collisions: z
    .enum(['error', 'last'])
    .optional()
    .describe('different files of two packages at one path; last: the one that is installed last stays; default error'),
  venv: absolute.optional().describe('virtual environment; default /app/.venv'),
  workdir: absolute.optional().describe('working directory; default /app'),
  format: z.enum(['oci', 'docker']).optional().describe('docker keeps the health check'),
  labels: strings.optional(),
  annotations: strings.optional(),
  'stop-signal': z
    .string()
    .regex(/^SIG[A-Z0-9+-]+$/, 'must be a signal name, for example "SIGTERM"')
    .optional(),
  stamp: z
    .array(z.enum(['revision', 'created']))
    .optional()
    .describe('put the commit and the date into the image'),
};

const debian = z.strictObject({
  mirror: z
    .union([text, z.partialRecord(z.enum(['debian', 'debian-security']), text)])
    .optional()
    .describe('URL of the Debian archive, or one per archive'),
  snapshot: text.optional().describe('URL of a snapshot service that keeps superseded packages'),
});

const place = /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?|\[[0-9a-fA-F:]+\])(?::\d{1,5})?(?:\/[a-z0-9._/-]*[a-z0-9])?$/;

const registry = z.strictObject({
  mirrors: z
    .array(z.string().regex(place, 'must be HOST[:PORT][/PATH] without a scheme; mirrors are reached by https'))
    .min(1)
    .optional()
    .describe('registries that are asked first when images are read'),
});

/** Name of an image: one path component of a repository (distribution-spec, "Pulling manifests"). */
export const imageName = z.string().regex(/^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/, 'must be a name of lower-case letters and digits');

const image = z.strictObject(imageKeys);

/** [tool.wherry] or wherry.toml: the one source of types, validation, documentation and JSON Schema (DESIGN §7). */
export const configSchema = z
  .strictObject({
    ...imageKeys,
    images: z.record(imageName, image.partial()).optional().describe('images by name; each starts from the keys above'),
    registries: z
      .record(z.string().regex(place, 'must be HOST[:PORT][/PATH]'), registry)
      .optional()
      .describe('how registries are read: [tool.wherry.registries."docker.io"] mirrors = ["mirror.example/hub"]'),
    debian: debian.optional().describe('sources of Debian packages'),
  })
  .describe('[tool.wherry] in pyproject.toml, or wherry.toml');

/** The file's form of all settings. */
export type ConfigFile = z.output<typeof configSchema>;
/** The file's form of one image's settings. */
export type ImageKeys = z.output<typeof image>;

/** One schema per key of an image, for single values from flags and variables. */
export const imageKeySchemas = image.shape;

/** Keys of the documented configuration that this version cannot act on yet. */
export const reservedKeys: ReadonlySet<string> = new Set(['each', 'system', 'run', 'fetch', 'frontend', 'variants']);

/** JSON Schema (draft 2020-12) of the file, for editors: `schemas/wherry.schema.json`. */
export function configJsonSchema(): Readonly<Record<string, unknown>> {
  return { title: 'Wherry configuration', ...z.toJSONSchema(configSchema, { io: 'input' }) };
}
