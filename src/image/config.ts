import { canonicalJson } from '../json.ts';
import type { ImagePlan } from '../plan/types.ts';
import type { Layer } from './types.ts';

/** The `config` object inside an image configuration (image-spec, config.md; `Healthcheck` is Docker's extension). */
export interface ContainerConfig {
  readonly User?: string;
  readonly ExposedPorts?: Readonly<Record<string, unknown>>;
  readonly Env?: readonly string[];
  readonly Entrypoint?: readonly string[];
  readonly Cmd?: readonly string[];
  readonly Volumes?: Readonly<Record<string, unknown>>;
  readonly WorkingDir?: string;
  readonly Labels?: Readonly<Record<string, string>>;
  readonly StopSignal?: string;
  readonly Healthcheck?: unknown;
}

/** An image configuration as parsed JSON. */
export interface ImageConfigFile {
  readonly architecture: string;
  readonly os: string;
  readonly created?: string;
  readonly config?: ContainerConfig;
  readonly rootfs: { readonly type: 'layers'; readonly diff_ids: readonly string[] };
  readonly history?: readonly HistoryEntry[];
}

/** One line of an image's history; entries without `empty_layer` stand for the layers in order. */
export interface HistoryEntry {
  readonly created?: string;
  readonly created_by?: string;
  readonly comment?: string;
  readonly empty_layer?: boolean;
}

/** The configuration's exact bytes for a plan and all its layers (the base's first). */
export function configBytes(plan: ImagePlan, layers: readonly Layer[]): Uint8Array {
  const file = {
    architecture: plan.platform.architecture,
    os: plan.platform.os,
    created: plan.config.created,
    config: containerConfig(plan),
    rootfs: { type: 'layers', diff_ids: layers.map((layer) => layer.diffId) },
    history: layers.map((layer) => historyEntry(plan, layer)),
  };
  return Buffer.from(canonicalJson(file));
}

function containerConfig(plan: ImagePlan): ContainerConfig {
  const { config, format } = plan;
  return {
    User: config.user,
    Env: config.env,
    // Always written, even when empty: the base's own entrypoint must not prefix our command.
    Entrypoint: config.entrypoint,
    Cmd: config.command,
    WorkingDir: config.workdir,
    ...(config.exposedPorts.length > 0 && { ExposedPorts: emptyObjects(config.exposedPorts) }),
    ...(config.volumes.length > 0 && { Volumes: emptyObjects(config.volumes) }),
    ...(Object.keys(config.labels).length > 0 && { Labels: config.labels }),
    ...(config.stopSignal !== '' && { StopSignal: config.stopSignal }),
    ...(format === 'docker' && config.healthcheck !== undefined && { Healthcheck: dockerHealthcheck(config.healthcheck) }),
  };
}

function emptyObjects(keys: readonly string[]): Record<string, object> {
  return Object.fromEntries(keys.map((key) => [key, {}]));
}

function dockerHealthcheck(health: NonNullable<ImagePlan['config']['healthcheck']>): object {
  return {
    Test: health.test,
    Interval: health.interval,
    Timeout: health.timeout,
    StartPeriod: health.startPeriod,
    Retries: health.retries,
  };
}

/** One field only: the history is sent with every change, and neither spec nor daemons need more of it. */
function historyEntry(plan: ImagePlan, layer: Layer): HistoryEntry {
  const base = layer.recipe === undefined;
  return { created_by: layer.comment ?? (base ? `base: ${plan.baseName}` : 'layer') };
}
