import { z } from 'zod';
import type { ImagePlan, LayerPlan } from '../plan/index.ts';
import { platformName } from '../platform.ts';
import type { Artifact } from '../select/types.ts';

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);

const artifactSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('wheel'), filename: z.string(), sha256: digest }),
  z.strictObject({ kind: z.literal('local'), path: z.string().describe('POSIX path below the workspace root') }),
  z.strictObject({ kind: z.literal('archive'), filename: z.string(), sha256: digest }).describe('a source archive, which is built'),
  z.strictObject({ kind: z.literal('git'), commit: z.string() }).describe('a commit of a git repository, which is built'),
]);

const image = z.strictObject({
  name: z.string(),
  platform: z.string().describe('os/architecture'),
  base: z.strictObject({ name: z.string(), kind: z.string(), python: z.string(), libc: z.string() }),
  selection: z.strictObject({
    packages: z.array(
      z.strictObject({
        name: z.string(),
        version: z.string().nullable(),
        source: z.string(),
        artifact: artifactSchema,
        why: z.string().describe('shortest path from a root'),
      }),
    ),
    dropped: z.array(z.strictObject({ name: z.string(), version: z.string().nullable(), reason: z.string() })),
  }),
  layers: z.array(
    z.strictObject({
      recipe: digest.describe('SHA-256 of the canonical recipe; the annotation dev.wherry.recipe'),
      kind: z.enum(['base', 'venv', 'dependencies', 'member', 'project', 'app', 'accounts']),
      contents: z.array(z.string()),
      bytecode: z
        .strictObject({
          mode: z.enum(['unchecked-hash', 'checked-hash']),
          compiler: z.string().describe('X.Y.Z of the CPython that compiles'),
        })
        .optional()
        .describe('absent: nothing is compiled'),
      size: z.int().optional().describe('bytes of the wheels or files, where known'),
    }),
  ),
  config: z.record(z.string(), z.unknown()).describe('the image config without rootfs and history'),
  annotations: z.record(z.string(), z.string()),
  tags: z.array(z.string()),
});

/** The shape of `plan --json`; additive only within a `schemaVersion`. */
export const planSchema = z.strictObject({ schemaVersion: z.literal(1), images: z.array(image) });

export type PlanJson = z.output<typeof planSchema>;

/** `plan --json` (DESIGN §8, schemas/plan.schema.json): what is built, without host paths or URLs. */
export function planJson(plans: readonly ImagePlan[]): PlanJson {
  return { schemaVersion: 1, images: plans.map(imageJson) };
}

function imageJson(plan: ImagePlan): PlanJson['images'][number] {
  const { python, libc, content } = plan.base;
  return {
    name: plan.name,
    platform: platformName(plan.platform),
    base: { name: plan.baseName, kind: content.kind, python: python.version, libc: `${libc.kind} ${libc.version}` },
    selection: {
      packages: plan.selection.packages.map((item) => ({
        name: item.name,
        version: item.version ?? null,
        source: item.source.kind,
        artifact: artifactJson(item.artifact),
        why: item.why,
      })),
      dropped: plan.selection.dropped.map(({ name, version, reason }) => ({ name, version: version ?? null, reason })),
    },
    layers: plan.layers.map(layerJson),
    config: { ...plan.config },
    annotations: { ...plan.annotations },
    tags: [...plan.tags],
  };
}

function artifactJson(artifact: Artifact): z.output<typeof artifactSchema> {
  if (artifact.kind === 'local') return { kind: 'local', path: artifact.path };
  if (artifact.kind === 'git') return { kind: 'git', commit: artifact.commit };
  return { kind: artifact.kind, filename: artifact.filename, sha256: artifact.sha256 };
}

function layerJson(layer: LayerPlan): PlanJson['images'][number]['layers'][number] {
  const { bytecode } = layer.recipe;
  return {
    recipe: layer.id,
    kind: layer.kind,
    contents: [...layer.contents],
    ...(bytecode === undefined || bytecode === 'none' ? {} : { bytecode: { ...bytecode } }),
    ...(layer.size === undefined ? {} : { size: layer.size }),
  };
}
