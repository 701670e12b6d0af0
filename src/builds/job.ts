import type { BuildJob, GitExchange } from '../backend/index.ts';
import { type Digest, digestOf } from '../digest.ts';
import { canonicalJson } from '../json.ts';
import type { BuildMaterial, BuildRecipe } from '../plan/index.ts';
import { type ReadSource, readSource, type SourceMeans } from './source.ts';
import { ensureTools } from './tools.ts';

/** How one package is built, as a plan needs it. */
export interface PlannedBuild {
  readonly build: BuildRecipe;
  readonly material: BuildMaterial;
}

export interface JobParts {
  readonly label: string;
  readonly source: ReadSource;
  readonly build: Pick<BuildRecipe, 'backend' | 'backendPath' | 'configSettings'>;
  /** Absolute paths of the tools' wheels. */
  readonly wheels: readonly string[];
  /** `X.Y` */
  readonly minor: string;
  readonly gitDirectory?: string | undefined;
}

/** What `backend` is given for a build. */
export function jobOf({ label, source, build, wheels, minor, gitDirectory }: JobParts): BuildJob {
  return {
    label,
    ...source,
    backend: { buildBackend: build.backend, backendPath: build.backendPath ?? [], configSettings: build.configSettings ?? {} },
    backendWheels: wheels,
    minor,
    ...(gitDirectory !== undefined && { gitDirectory }),
  };
}

export type JobMeans = SourceMeans & Parameters<typeof ensureTools>[1];

/** The job of a planned build, with its source and its tools in the store; `minor` is `X.Y`. Errors: those of sources and of indexes. */
export async function readyJob({ build, material }: PlannedBuild, minor: string, means: JobMeans): Promise<BuildJob> {
  const { label, origin, tools } = material;
  const source = await readSource({ label, source: build.source, origin }, means);
  await ensureTools(tools, means);
  const wheels = tools.map(({ sha256 }) => means.ctx.store.path(sha256));
  return jobOf({ label, source, build, wheels, minor, gitDirectory: origin.kind === 'tree' ? origin.gitDirectory : undefined });
}

/** One digest for all that git said. */
export function digestOfExchanges(exchanges: readonly GitExchange[]): Digest {
  const plain = exchanges.map((exchange) => ({
    arguments: exchange.arguments,
    status: exchange.status,
    stdout: Buffer.from(exchange.stdout).toString('base64'),
  }));
  return digestOf(canonicalJson(plain));
}
