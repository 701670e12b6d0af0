import type { BuildJob, GitExchange } from '../backend/index.ts';
import { type Digest, digestOf } from '../digest.ts';
import { canonicalJson } from '../json.ts';
import type { BuildRecipe } from '../plan/index.ts';
import type { ReadSource } from './source.ts';

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

/** One digest for all that git said. */
export function digestOfExchanges(exchanges: readonly GitExchange[]): Digest {
  const plain = exchanges.map((exchange) => ({
    arguments: exchange.arguments,
    status: exchange.status,
    stdout: Buffer.from(exchange.stdout).toString('base64'),
  }));
  return digestOf(canonicalJson(plain));
}
