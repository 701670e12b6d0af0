import { mountable, ownOrigin, store } from './blobs.ts';
import { isDigest, next, type State, type Upload } from './state.ts';
import { type Asked, failure, type Reply } from './types.ts';

/** `POST …/blobs/uploads/`: a mount, a whole blob in one request, or a new upload. */
export function beginUpload(state: State, { url, body, route, method }: Asked): Reply {
  const { repository } = route;
  if (method !== 'POST') return failure(405, 'UNSUPPORTED');
  const { repositories, singlePost, mountWithoutFrom } = state.behaviour;
  if (repositories?.includes(repository) === false) return failure(404, 'NAME_UNKNOWN');
  const [mount, from, digest] = ['mount', 'from', 'digest'].map((name) => url.searchParams.get(name));
  if (mount !== null && mount !== undefined) {
    if (!isDigest(mount)) return failure(400, 'DIGEST_INVALID');
    if ((from ?? null) === null && mountWithoutFrom === 'fail') return failure(400, 'UNSUPPORTED');
    const bytes = mountable(state, mount, from ?? null);
    if (bytes !== undefined) return store(state, repository, { bytes, digest: mount });
  } else if (digest !== null && digest !== undefined && singlePost) return store(state, repository, { bytes: body, digest });
  const id = `upload-${next(state)}`;
  const upload: Upload = { repository, chunks: [], size: 0, turn: 1 };
  state.uploads.set(id, upload);
  return progress(state, id, 202);
}

/** `GET`, `PATCH`, `PUT` and `DELETE` of an upload. */
export function answerUpload(state: State, asked: Asked): Reply {
  const { method, route, url } = asked;
  const upload = state.uploads.get(route.name);
  if (upload === undefined || upload.repository !== route.repository) return failure(404, 'BLOB_UPLOAD_UNKNOWN');
  if (method === 'GET') return progress(state, route.name, 204);
  if (method === 'DELETE') {
    state.uploads.delete(route.name);
    return { status: 204, headers: {} };
  }
  // Whoever rebuilds a Location instead of using the newest one is told so.
  if (url.searchParams.get('_state') !== stateOf(upload)) return failure(400, 'BLOB_UPLOAD_INVALID', { reason: 'not the newest Location' });
  if (method === 'PATCH') return receive(state, upload, asked);
  return method === 'PUT' ? finish(state, upload, asked) : failure(405, 'UNSUPPORTED');
}

function receive(state: State, upload: Upload, asked: Asked): Reply {
  const { chunks, maxChunk } = state.behaviour;
  if (chunks === 'refused') return failure(405, 'UNSUPPORTED');
  if (asked.body.length > maxChunk || !isNextChunk(state, upload, asked)) return progress(state, asked.route.name, 416);
  append(upload, asked.body);
  return progress(state, asked.route.name, 202);
}

function finish(state: State, upload: Upload, asked: Asked): Reply {
  const { repository, name } = asked.route;
  const digest = asked.url.searchParams.get('digest') ?? '';
  if (!isDigest(digest)) return failure(400, 'DIGEST_INVALID');
  if (!isNextChunk(state, upload, asked)) return progress(state, name, 416);
  append(upload, asked.body);
  state.uploads.delete(name);
  return store(state, repository, { bytes: Buffer.concat(upload.chunks), digest });
}

function isNextChunk({ behaviour }: State, upload: Upload, { headers, body }: Asked): boolean {
  const range = headers['content-range'];
  if (range === undefined || behaviour.chunks === 'appended') return true;
  return range === `${upload.size}-${upload.size + body.length - 1}`;
}

function append(upload: Upload, bytes: Uint8Array): void {
  upload.chunks.push(bytes);
  upload.size += bytes.length;
  upload.turn += 1;
}

function progress(state: State, id: string, status: number): Reply {
  const upload = state.uploads.get(id);
  if (upload === undefined) return failure(404, 'BLOB_UPLOAD_UNKNOWN');
  const path = `/v2/${upload.repository}/blobs/uploads/${id}?_state=${encodeURIComponent(stateOf(upload))}`;
  const { storage } = state.behaviour;
  const origin = storage === 'write' || storage === 'both' ? state.origins.storage : ownOrigin(state);
  const range = `0-${Math.max(0, upload.size - 1)}`;
  return { status, headers: { location: origin + path, range, 'docker-upload-uuid': id } };
}

function stateOf(upload: Upload): string {
  return `${upload.turn}+${upload.size}/=`;
}
