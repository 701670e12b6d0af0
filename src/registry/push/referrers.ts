import { z } from 'zod';
import { asDigest, type Digest, digestOf } from '../../digest.ts';
import { ToolError } from '../../errors/index.ts';
import { discardBody, type HttpResponse, readBody, resolveLocation } from '../../http/index.ts';
import type { Descriptor } from '../../image/types.ts';
import { memoryOf } from '../context.ts';
import { registryFailure, unlessMissing } from '../failure.ts';
import { maxManifestSize, parseIndexLoosely } from '../manifest.ts';
import { mediaTypes } from '../media.ts';
import type { BlobPlace } from '../presence.ts';
import { getManifest } from '../pull.ts';
import type { Repository } from '../reference.ts';
import { remembered } from '../remember.ts';
import type { Transport, Wire } from '../transport.ts';
import type { ManifestBytes } from '../types.ts';
import { addToFallbackTag, readFallbackTag } from './fallback.ts';
import { putManifest } from './put.ts';

const factsSchema = z.object({
  artifactType: z.string().min(1).optional(),
  config: z.object({ mediaType: z.string() }).optional(),
  subject: z.object({ digest: z.string().transform((text) => asDigest(text)) }).optional(),
  annotations: z.record(z.string(), z.string()).optional(),
});

interface Facts {
  readonly subject: Digest | undefined;
  readonly artifactType: string | undefined;
  readonly annotations: Readonly<Record<string, string>> | undefined;
}

/** What lists of referrers say of a manifest; the config's type stands in for a missing artifact type (image-spec manifest.md). */
function readFacts(bytes: Uint8Array): Facts {
  try {
    const { artifactType, config, subject, annotations } = factsSchema.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
    return { subject: subject?.digest, artifactType: artifactType ?? config?.mediaType, annotations };
  } catch {
    return { subject: undefined, artifactType: undefined, annotations: undefined };
  }
}

/** Manifests whose subject is a manifest (see `RegistryWriter.referrers`). */
export async function listReferrers(transport: Transport, subject: BlobPlace, artifactType?: string): Promise<readonly Descriptor[]> {
  const listed = (await askApi(transport, subject, artifactType)) ?? {
    referrers: await readFallbackTag(transport, subject),
    filtered: false,
  };
  const complete: Descriptor[] = [];
  for (const referrer of listed.referrers) complete.push(await withType(transport, subject.repository, referrer));
  if (artifactType === undefined || listed.filtered) return complete;
  return complete.filter((referrer) => referrer.artifactType === artifactType);
}

/** Stores a manifest with a subject and makes sure that it can be found (see `RegistryWriter.putReferrer`). */
export async function putReferrer(wire: Wire, repository: Repository, manifest: ManifestBytes): Promise<Digest> {
  const { subject, artifactType, annotations } = readFacts(manifest.bytes);
  if (subject === undefined) throw new ToolError('REGISTRY_PROTOCOL', `a manifest for ${repository.registry} has no subject to refer to`);
  const digest = await putManifest(wire, { ...repository, tag: undefined, digest: digestOf(manifest.bytes) }, manifest);
  // `OCI-Subject` in the answer is not proof: registries have sent it without having the API. Asking the API is.
  const place = { repository, digest: subject };
  if (await hasApi(wire, place)) return digest;
  await addToFallbackTag(wire, place, {
    mediaType: manifest.mediaType,
    digest,
    size: manifest.bytes.length,
    ...(artifactType === undefined ? {} : { artifactType }),
    ...(annotations === undefined ? {} : { annotations }),
  });
  return digest;
}

async function hasApi({ transport, context }: Wire, subject: BlobPlace): Promise<boolean> {
  const { referrersApi } = memoryOf(context.http);
  const { origin } = new URL((await transport.endpoint(subject.repository)).base);
  return await remembered(referrersApi, origin, async () => (await askApi(transport, subject)) !== undefined);
}

interface Listed {
  readonly referrers: readonly Descriptor[];
  /** Whether the registry picked the artifact type itself. */
  readonly filtered: boolean;
}

const maxPages = 100;

/** Asks the referrers API; undefined if the registry has none. */
async function askApi(transport: Transport, subject: BlobPlace, artifactType?: string): Promise<Listed | undefined> {
  const referrers: Descriptor[] = [];
  const query = artifactType === undefined ? '' : `?artifactType=${encodeURIComponent(artifactType)}`;
  let path: string | undefined = `referrers/${subject.digest}${query}`;
  let filtered = artifactType !== undefined;
  for (let pages = 0; path !== undefined && pages < maxPages; pages++) {
    const response: HttpResponse = await transport.send({
      method: 'GET',
      repository: subject.repository,
      path,
      headers: { accept: mediaTypes.index },
    });
    const page = await readPage(response, subject);
    if (page === undefined) return undefined;
    referrers.push(...page);
    filtered &&= (response.headers['oci-filters-applied'] ?? '').split(/\s*,\s*/).includes('artifactType');
    path = await nextPage(transport, subject, response);
  }
  return { referrers, filtered };
}

// What registries without the API answer: unknown path, bad digest, or the page of a web interface.
const unsupported = [400, 404, 405, 406, 410, 415, 501];

async function readPage(response: HttpResponse, { repository, digest }: BlobPlace): Promise<readonly Descriptor[] | undefined> {
  const { registry } = repository;
  const name = `${registry}/${repository.repository}@${digest}`;
  if (unsupported.includes(response.status)) {
    await discardBody(response.body);
    return undefined;
  }
  if (response.status !== 200) throw await registryFailure(response, { action: `list the referrers of ${name}`, registry });
  return parseIndexLoosely(await readBody(response, maxManifestSize));
}

async function nextPage(transport: Transport, { repository }: BlobPlace, response: HttpResponse): Promise<string | undefined> {
  const [, link] = /<([^>]*)>\s*;[^,]*\brel="?next\b/i.exec(response.headers.link ?? '') ?? [];
  return link === undefined ? undefined : resolveLocation(new URL(response.url), link, await transport.endpoint(repository)).href;
}

/** Some tools leave the artifact type out of fallback tags, so that the manifest has to be opened for it. */
async function withType(transport: Transport, repository: Repository, referrer: Descriptor): Promise<Descriptor> {
  if (referrer.artifactType !== undefined) return referrer;
  const found = await getManifest(transport, { ...repository, tag: undefined, digest: referrer.digest }).catch(unlessMissing);
  const artifactType = found && readFacts(found.bytes).artifactType;
  return artifactType === undefined ? referrer : { ...referrer, artifactType };
}
