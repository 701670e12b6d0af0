import { prepareMetadata } from '../backend/index.ts';
import { canonicalJson } from '../json.ts';
import { jobOf } from './job.ts';
import type { PlannedBuild } from './resolve.ts';
import { readSource, type SourceMeans } from './source.ts';
import { ensureTools, type ToolMeans } from './tools.ts';

/** Headers of METADATA that say what a project requires. */
export interface BuiltMetadata {
  readonly requiresDist: readonly string[];
  readonly providesExtras: readonly string[];
}

export type MetadataMeans = SourceMeans & Parameters<typeof ensureTools>[1] & ToolMeans;

/** What a build would write into METADATA, asked of the backend once per tree. Errors: those of `backend` and of indexes. */
export async function builtMetadata({ build, material }: PlannedBuild, minor: string, means: MetadataMeans): Promise<BuiltMetadata> {
  const { store } = means.ctx;
  const key = canonicalJson({ build, minor });
  const known = asMetadata(await store.document('metadata', key));
  if (known !== undefined) return known;
  const { label, origin, tools } = material;
  const source = await readSource({ label, source: build.source, origin }, means);
  await ensureTools(tools, means);
  const wheels = tools.map(({ sha256 }) => store.path(sha256));
  const gitDirectory = origin.kind === 'tree' ? origin.gitDirectory : undefined;
  const { metadata } = await prepareMetadata(jobOf({ label, source, build, wheels, minor, gitDirectory }), means.ctx);
  const found = parseMetadata(metadata);
  await store.putDocument('metadata', key, found);
  return found;
}

function asMetadata(value: unknown): BuiltMetadata | undefined {
  const { requiresDist, providesExtras } = (value ?? {}) as Partial<Record<keyof BuiltMetadata, unknown>>;
  return isTexts(requiresDist) && isTexts(providesExtras) ? { requiresDist, providesExtras } : undefined;
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

/** Reads the headers; the description below the first empty line is not looked at. */
export function parseMetadata(text: string): BuiltMetadata {
  const [head = ''] = text.split(/\r?\n\r?\n/, 1);
  const lines = head.replaceAll(/\r?\n[ \t]+/g, ' ').split(/\r?\n/);
  const values = (key: string) =>
    lines.flatMap((line) => (line.toLowerCase().startsWith(`${key}:`) ? [line.slice(key.length + 1).trim()] : []));
  return { requiresDist: values('requires-dist'), providesExtras: values('provides-extra') };
}
