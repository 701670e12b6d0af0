import { z } from 'zod';
import { asDiffId, asDigest, type DiffId, type Digest } from '../digest.ts';
import { ToolError } from '../errors/index.ts';
import type { Descriptor } from '../image/types.ts';
import { mediaTypes, ociMediaType } from './media.ts';

/** Manifests and indexes above this size are refused, as other clients and registries do. */
export const maxManifestSize = 4 * 1024 * 1024;

/** An image index or manifest; descriptors carry OCI media types whatever the source used. */
export type Manifest = IndexManifest | ImageManifest;

export interface IndexManifest {
  readonly kind: 'index';
  readonly manifests: readonly Descriptor[];
  readonly annotations: Readonly<Record<string, string>>;
}

export interface ImageManifest {
  readonly kind: 'image';
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
  readonly annotations: Readonly<Record<string, string>>;
}

/** The parts of an image config (image-spec config.md) that matter to a base. */
export interface ImageConfigFile {
  readonly os: string;
  readonly architecture: string;
  readonly env: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly volumes: readonly string[];
  readonly exposedPorts: readonly string[];
  readonly diffIds: readonly DiffId[];
}

const digestSchema = z.string().transform((text, context) => readOr(() => asDigest(text), context));
const diffIdSchema = z.string().transform((text, context) => readOr(() => asDiffId(text), context));
const annotationsSchema = z.record(z.string(), z.string()).nullish();
const descriptorSchema = z.object({
  mediaType: z.string().max(255),
  digest: digestSchema,
  size: z.int().nonnegative(),
  artifactType: z.string().max(255).nullish(),
  annotations: annotationsSchema,
  platform: z.object({ os: z.string(), architecture: z.string(), variant: z.string().nullish() }).nullish(),
});
const indexSchema = z.object({
  schemaVersion: z.literal(2),
  manifests: z.array(descriptorSchema).max(10_000),
  annotations: annotationsSchema,
});
const imageSchema = z.object({
  schemaVersion: z.literal(2),
  config: descriptorSchema,
  layers: z.array(descriptorSchema).max(1000),
  annotations: annotationsSchema,
});
const setSchema = z.record(z.string(), z.unknown()).nullish();
const configSchema = z.object({
  os: z.string(),
  architecture: z.string(),
  rootfs: z.object({ diff_ids: z.array(diffIdSchema).max(1000).nullish() }),
  config: z
    .object({
      Env: z.array(z.string()).nullish(),
      Labels: z.record(z.string(), z.string()).nullish(),
      Volumes: setSchema,
      ExposedPorts: setSchema,
    })
    .nullish(),
});

/** Reads a manifest or index. `name` is for messages. Errors: REGISTRY_PROTOCOL. */
export function parseManifest(bytes: Uint8Array, name: string): Manifest {
  const json = parseJson(bytes, name);
  const type = kindOf(json);
  if (type === mediaTypes.index) {
    const index = checked(indexSchema, json, name);
    return { kind: 'index', manifests: index.manifests.map(descriptor), annotations: index.annotations ?? {} };
  }
  if (type !== mediaTypes.manifest) throw broken(name, `its kind is ${JSON.stringify(type).slice(0, 80)}`);
  const image = checked(imageSchema, json, name);
  return { kind: 'image', config: descriptor(image.config), layers: image.layers.map(descriptor), annotations: image.annotations ?? {} };
}

/** The manifests of an index that can be read; an entry with another digest algorithm does not spoil the rest. Undefined if it is no index. */
export function parseIndexLoosely(bytes: Uint8Array): readonly Descriptor[] | undefined {
  const index = z.object({ schemaVersion: z.literal(2), manifests: z.array(z.unknown()).nullable() }).safeParse(jsonOf(bytes));
  if (!index.success) return undefined;
  return (index.data.manifests ?? []).flatMap((entry) => {
    const { data } = descriptorSchema.safeParse(entry);
    return data === undefined ? [] : [descriptor(data)];
  });
}

/** Reads an image config. `name` is for messages. Errors: REGISTRY_PROTOCOL. */
export function parseConfig(bytes: Uint8Array, name: string): ImageConfigFile {
  const { os, architecture, rootfs, config } = checked(configSchema, parseJson(bytes, name), name);
  return {
    os,
    architecture,
    env: config?.Env ?? [],
    labels: config?.Labels ?? {},
    volumes: Object.keys(config?.Volumes ?? {}).sort(),
    exposedPorts: Object.keys(config?.ExposedPorts ?? {}).sort(),
    diffIds: rootfs.diff_ids ?? [],
  };
}

// `mediaType` is optional in OCI documents, so the shape decides where it is missing.
function kindOf(json: unknown): string {
  if (typeof json !== 'object' || json === null) return '';
  if ('mediaType' in json && typeof json.mediaType === 'string') return ociMediaType(json.mediaType);
  if ('manifests' in json) return mediaTypes.index;
  return 'config' in json && 'layers' in json ? mediaTypes.manifest : '';
}

function descriptor({ mediaType, digest, size, artifactType, annotations, platform }: z.infer<typeof descriptorSchema>): Descriptor {
  return {
    mediaType: ociMediaType(mediaType),
    digest,
    size,
    ...(artifactType ? { artifactType } : {}),
    ...(annotations ? { annotations } : {}),
    ...(platform
      ? { platform: { os: platform.os, architecture: platform.architecture, ...(platform.variant ? { variant: platform.variant } : {}) } }
      : {}),
  };
}

function readOr<T extends Digest | DiffId>(read: () => T, context: z.RefinementCtx): T {
  try {
    return read();
  } catch {
    context.addIssue('not a sha256 digest');
    return z.NEVER;
  }
}

function checked<T>(schema: z.ZodType<T>, json: unknown, name: string): T {
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw broken(name, `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}`);
}

function parseJson(bytes: Uint8Array, name: string): unknown {
  const json = jsonOf(bytes);
  if (json === undefined) throw broken(name, 'it is not JSON');
  return json;
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return undefined;
  }
}

function broken(name: string, why: string): ToolError {
  return new ToolError('REGISTRY_PROTOCOL', `cannot use the manifest or config of ${name}: ${why}`, {
    hint: 'rebuild or re-push the image with a current tool; schema 1 manifests and digests other than sha256 are not supported',
  });
}
