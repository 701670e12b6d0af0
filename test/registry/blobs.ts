import { findManifest, isDigest, matches, namesIn, type State } from './state.ts';
import { type Asked, failure, type Reply } from './types.ts';

/** `HEAD`, `GET` (with Range) and `DELETE` of a blob. `direct`: bytes are sent from here, not by a redirect to the storage. */
export function answerBlob(state: State, asked: Asked, direct: boolean): Reply {
  const { repository, name } = asked.route;
  if (!isDigest(name)) return failure(400, 'DIGEST_INVALID');
  const bytes = state.blobs.get(`${repository}@${name}`);
  if (bytes === undefined) return failure(asked.method === 'HEAD' ? state.behaviour.missingHead : 404, 'BLOB_UNKNOWN');
  if (asked.method === 'DELETE') {
    state.blobs.delete(`${repository}@${name}`);
    return { status: 202, headers: {} };
  }
  if (asked.method !== 'GET' && asked.method !== 'HEAD') return failure(405, 'UNSUPPORTED');
  const { storage, digestHeaders } = state.behaviour;
  if (!direct && asked.method === 'GET' && (storage === 'read' || storage === 'both'))
    return { status: 307, headers: { location: `${state.origins.storage}${asked.url.pathname}?signature=of-the-storage` } };
  return part(bytes, asked.headers.range, digestHeaders ? { 'docker-content-digest': name } : {});
}

function part(bytes: Uint8Array, range: string | undefined, own: Readonly<Record<string, string>>): Reply {
  const headers = { 'content-type': 'application/octet-stream', 'accept-ranges': 'bytes', ...own };
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(range ?? '') ?? [];
  if (first === '' && last === '') return { status: 200, headers, body: bytes };
  const start = first === '' ? Math.max(0, bytes.length - Number(last)) : Number(first);
  const end = first === '' || last === '' ? bytes.length - 1 : Math.min(Number(last), bytes.length - 1);
  if (start >= bytes.length || start > end)
    return { ...failure(416, 'RANGE_INVALID'), headers: { 'content-range': `bytes */${bytes.length}` } };
  const contentRange = `bytes ${start}-${end}/${bytes.length}`;
  return { status: 206, headers: { ...headers, 'content-range': contentRange }, body: bytes.subarray(start, end + 1) };
}

/** A blob that can be mounted from another repository, if the registry does that. */
export function mountable(state: State, digest: string, from: string | null): Uint8Array | undefined {
  const { mount, mountWithoutFrom } = state.behaviour;
  const sources = from !== null ? [from] : mountWithoutFrom === 'search' ? repositoriesWith(state, digest) : [];
  if (mount === 'never') return undefined;
  const source = sources.find((repository) => mount === 'always' || isReferenced(state, repository, digest));
  return source === undefined ? undefined : state.blobs.get(`${source}@${digest}`);
}

function repositoriesWith({ blobs }: State, digest: string): string[] {
  return [...blobs.keys()].filter((key) => key.endsWith(`@${digest}`)).map((key) => key.slice(0, -digest.length - 1));
}

function isReferenced(state: State, repository: string, digest: string): boolean {
  return namesIn(state.manifests, repository, '@').some((name) =>
    Buffer.from(findManifest(state, repository, name)?.bytes ?? []).includes(digest),
  );
}

/** Stores a finished blob. */
export function store(state: State, repository: string, { bytes, digest }: { readonly bytes: Uint8Array; readonly digest: string }): Reply {
  if (!matches(bytes, digest)) return failure(400, 'DIGEST_INVALID', { digest });
  state.blobs.set(`${repository}@${digest}`, bytes);
  return created(state, `/v2/${repository}/blobs/${digest}`, digest);
}

/** 201 for a blob or manifest at a path. */
export function created(state: State, path: string, digest: string): Reply {
  const { digestHeaders } = state.behaviour;
  return {
    status: 201,
    headers: { location: `${ownOrigin(state)}${path}`, ...(digestHeaders ? { 'docker-content-digest': digest } : {}) },
  };
}

/** What stands before the path of a `Location` at the registry itself. */
export function ownOrigin({ behaviour: { locations }, origins }: State): string {
  if (locations === 'relative') return '';
  return locations === 'plain' ? origins.registry.replace(/^https:/, 'http:') : origins.registry;
}
