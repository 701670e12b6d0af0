import type { ImagePlan, LayerPlan } from '../plan/index.ts';
import { platformName } from '../platform.ts';
import type { Artifact } from '../select/types.ts';

/** `plan --json` (DESIGN §8, schemas/plan.schema.json): what is built, without host paths or URLs. */
export function planJson(plans: readonly ImagePlan[]): unknown {
  return { schemaVersion: 1, images: plans.map(imageJson) };
}

function imageJson(plan: ImagePlan): unknown {
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
    config: plan.config,
    annotations: plan.annotations,
    tags: plan.tags,
  };
}

function artifactJson(artifact: Artifact): unknown {
  if (artifact.kind === 'local') return { kind: 'local', path: artifact.path };
  return { kind: 'wheel', filename: artifact.filename, sha256: artifact.sha256 };
}

function layerJson(layer: LayerPlan): unknown {
  return { recipe: layer.id, kind: layer.kind, contents: layer.contents, ...(layer.size === undefined ? {} : { size: layer.size }) };
}
