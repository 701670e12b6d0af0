import { digestOf } from '../../src/digest.ts';
import { created } from './blobs.ts';
import { exists, findManifest, isDigest, matches, namesIn, type State } from './state.ts';
import { type Asked, failure, failures, json, type Reply } from './types.ts';

/** The parts of manifests and indexes that a registry looks at. */
interface Document {
  readonly mediaType?: string;
  readonly artifactType?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly config?: Listed;
  readonly layers?: readonly Listed[];
  readonly manifests?: readonly Listed[];
  readonly subject?: Listed;
}

interface Listed {
  readonly mediaType?: string;
  readonly digest: string;
}

export function answerManifest(state: State, asked: Asked): Reply {
  const { method, route } = asked;
  if (method === 'PUT') return putManifest(state, asked);
  const manifest = findManifest(state, route.repository, route.name);
  if (manifest === undefined) return failure(method === 'HEAD' ? state.behaviour.missingHead : 404, 'MANIFEST_UNKNOWN');
  if (method === 'DELETE') return deleteManifest(state, asked);
  if (method !== 'GET' && method !== 'HEAD') return failure(405, 'UNSUPPORTED');
  const digest: Record<string, string> = state.behaviour.digestHeaders ? { 'docker-content-digest': manifest.digest } : {};
  return { status: 200, headers: { 'content-type': manifest.mediaType, ...digest }, body: manifest.bytes };
}

function putManifest(state: State, asked: Asked): Reply {
  const { repository, name } = asked.route;
  const { body, headers } = asked;
  const { maxManifest, immutableTags, repositories } = state.behaviour;
  if (repositories?.includes(repository) === false) return failure(404, 'NAME_UNKNOWN');
  if (body.length > maxManifest) return failure(state.behaviour.largeManifestStatus, 'MANIFEST_INVALID');
  const document = parse(body);
  const mediaType = headers['content-type'] ?? '';
  if (document === undefined || (document.mediaType ?? mediaType) !== mediaType) return failure(400, 'MANIFEST_INVALID');
  if (isDigest(name) && !matches(body, name)) return failure(400, 'DIGEST_INVALID');
  if (!isDigest(name) && !/^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/.test(name)) return failure(400, 'TAG_INVALID');
  const unmet = unmetBy(state, repository, document);
  if (unmet !== undefined) return unmet;
  const digest = isDigest(name) ? name : digestOf(body);
  const current = state.tags.get(`${repository}:${name}`);
  if (immutableTags && current !== undefined && current !== digest) return failure(400, 'TAG_INVALID', { reason: 'immutable' });
  state.manifests.set(`${repository}@${digest}`, { bytes: body, mediaType });
  const tags = isDigest(name) ? (state.behaviour.tagParameters ? asked.url.searchParams.getAll('tag') : []) : [name];
  for (const tag of tags) state.tags.set(`${repository}:${tag}`, digest);
  const { status, headers: own } = created(state, `/v2/${repository}/manifests/${digest}`, digest);
  const subject = state.behaviour.referrers ? document.subject?.digest : undefined;
  const handled = {
    ...(subject === undefined ? {} : { 'oci-subject': subject }),
    ...(isDigest(name) && tags.length > 0 ? { 'oci-tag': tags.join(', ') } : {}),
  };
  return { status, headers: { ...own, ...handled } };
}

function parse(bytes: Uint8Array): Document | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The answer to a document that lists what the repository lacks; a subject may be missing, and so may what is not distributed. */
function unmetBy(state: State, repository: string, { config, layers = [], manifests = [] }: Document): Reply | undefined {
  const { requires, missingStatus, foreignLayers } = state.behaviour;
  const isForeign = ({ mediaType = '' }: Listed): boolean => /foreign|nondistributable/.test(mediaType);
  if (!foreignLayers && layers.some(isForeign)) return failure(400, 'MANIFEST_INVALID');
  const lacks = (kind: ReadonlyMap<string, unknown>, listed: readonly Listed[]): string[] =>
    listed.map(({ digest }) => digest).filter((digest) => !kind.has(`${repository}@${digest}`));
  const blobs = lacks(state.blobs, [...(config === undefined ? [] : [config]), ...layers.filter((layer) => !isForeign(layer))]);
  const children = lacks(state.manifests, manifests);
  const missing = [...(requires === 'nothing' ? [] : blobs), ...(requires === 'all' ? children : [])];
  if (missing.length === 0) return undefined;
  return failures(
    missingStatus,
    missing.map((digest) => ({ code: 'MANIFEST_BLOB_UNKNOWN', detail: digest })),
  );
}

function deleteManifest(state: State, { route: { repository, name } }: Asked): Reply {
  if (isDigest(name)) {
    state.manifests.delete(`${repository}@${name}`);
    for (const tag of namesIn(state.tags, repository, ':'))
      if (state.tags.get(`${repository}:${tag}`) === name) state.tags.delete(`${repository}:${tag}`);
  } else if (!state.behaviour.tagDeletes) return failure(400, 'DIGEST_INVALID');
  else state.tags.delete(`${repository}:${name}`);
  return { status: 202, headers: {} };
}

/** `GET …/tags/list?n=&last=`. */
export function answerTags(state: State, { url, route: { repository } }: Asked): Reply {
  if (!exists(state, repository)) return failure(404, 'NAME_UNKNOWN');
  const last = url.searchParams.get('last') ?? '';
  const rest = namesIn(state.tags, repository, ':')
    .sort()
    .filter((tag) => tag > last);
  const count = Number(url.searchParams.get('n') ?? Number.POSITIVE_INFINITY);
  const tags = rest.slice(0, count);
  const more = `</v2/${repository}/tags/list?n=${count}&last=${tags.at(-1) ?? ''}>; rel="next"`;
  return json(200, { name: repository, tags }, tags.length < rest.length ? { link: more } : {});
}

/** `GET …/referrers/DIGEST?artifactType=`. */
export function answerReferrers(state: State, { url, route: { repository, name } }: Asked): Reply {
  if (!state.behaviour.referrers) return failure(404, 'NAME_UNKNOWN');
  if (!isDigest(name)) return failure(400, 'DIGEST_INVALID');
  const { filtersReferrers, referrersPage } = state.behaviour;
  const wanted = filtersReferrers ? url.searchParams.get('artifactType') : null;
  const all = referrersOf(state, repository, name).filter(({ artifactType }) => wanted === null || artifactType === wanted);
  const start = Number(url.searchParams.get('start') ?? 0);
  const body = {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.index.v1+json',
    manifests: all.slice(start, start + referrersPage),
  };
  const next = new URL(url);
  next.searchParams.set('start', String(start + referrersPage));
  const link: Record<string, string> = start + referrersPage < all.length ? { link: `<${next.pathname}${next.search}>; rel="next"` } : {};
  const filtered: Record<string, string> = wanted === null ? {} : { 'oci-filters-applied': 'artifactType' };
  return json(200, body, { 'content-type': body.mediaType, ...filtered, ...link });
}

function referrersOf(state: State, repository: string, subject: string) {
  return namesIn(state.manifests, repository, '@').flatMap((digest) => {
    const manifest = findManifest(state, repository, digest);
    const document = manifest === undefined ? undefined : parse(manifest.bytes);
    if (manifest === undefined || document?.subject?.digest !== subject) return [];
    const artifactType = document.artifactType ?? document.config?.mediaType;
    const { annotations } = document;
    const optional = { ...(artifactType === undefined ? {} : { artifactType }), ...(annotations === undefined ? {} : { annotations }) };
    return [
      { mediaType: manifest.mediaType, digest, size: manifest.bytes.length, ...optional } as Record<string, unknown> & {
        artifactType?: string;
      },
    ];
  });
}
