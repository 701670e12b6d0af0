import { prepareMetadata } from '../backend/index.ts';
import { canonicalJson, isTexts } from '../json.ts';
import { type DependencyHeaders, dependencyHeaders } from '../packaging/index.ts';
import { type JobMeans, type PlannedBuild, readyJob } from './job.ts';

/** What a build would write into METADATA, asked of the backend once per tree. Errors: those of `backend` and of indexes. */
export async function builtMetadata(planned: PlannedBuild, minor: string, means: JobMeans): Promise<DependencyHeaders> {
  const { store } = means.ctx;
  const key = canonicalJson({ build: planned.build, minor });
  const known = asMetadata(await store.document('metadata', key));
  if (known !== undefined) return known;
  const { metadata } = await prepareMetadata(await readyJob(planned, minor, means), means.ctx);
  const found = dependencyHeaders(metadata);
  await store.putDocument('metadata', key, found);
  return found;
}

function asMetadata(value: unknown): DependencyHeaders | undefined {
  const { version, requiresDist, providesExtras } = (value ?? {}) as Partial<Record<keyof DependencyHeaders, unknown>>;
  return typeof version === 'string' && isTexts(requiresDist) && isTexts(providesExtras)
    ? { version, requiresDist, providesExtras }
    : undefined;
}
