import { answerBlob } from './blobs.ts';
import { answerToken, refuse } from './login.ts';
import { answerManifest, answerReferrers, answerTags } from './manifests.ts';
import type { State } from './state.ts';
import { type Asked, failure, json, type Reply, type Route } from './types.ts';
import { answerUpload, beginUpload } from './uploads.ts';

/** What a URL names (distribution-spec, "Endpoints"). */
export function routeOf(url: URL): Route {
  const { pathname } = url;
  if (pathname === '/token') return { kind: 'token', repository: '', name: '' };
  if (pathname === '/v2/' || pathname === '/v2') return { kind: 'base', repository: '', name: '' };
  const [, begun] = /^\/v2\/(.+)\/blobs\/uploads\/?$/.exec(pathname) ?? [];
  if (begun !== undefined) return { kind: url.searchParams.has('mount') ? 'mount' : 'uploads', repository: begun, name: '' };
  const [, repository = '', what, name = ''] =
    /^\/v2\/(.+?)\/(blobs\/uploads|blobs|manifests|referrers|tags)\/([^/]+)$/.exec(pathname) ?? [];
  return { kind: kinds[what ?? ''] ?? 'unknown', repository, name };
}

const kinds: Readonly<Record<string, Route['kind']>> = {
  'blobs/uploads': 'upload',
  blobs: 'blob',
  manifests: 'manifest',
  referrers: 'referrers',
  tags: 'tags',
};

const namePattern = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;

/** What a request is told before its body is looked at: a login is wanted, or the name cannot be one. */
export function refuseEarly(state: State, asked: Asked): Reply | undefined {
  const { kind, repository } = asked.route;
  if (kind === 'token') return undefined;
  return refuse(state, asked) ?? (repository !== '' && !namePattern.test(repository) ? failure(400, 'NAME_INVALID') : undefined);
}

/** The registry's answer to a request that is allowed. */
export function answer(state: State, asked: Asked): Reply {
  switch (asked.route.kind) {
    case 'token':
      return answerToken(state, asked);
    case 'base':
      return json(200, {});
    case 'blob':
      return answerBlob(state, asked, false);
    case 'uploads':
    case 'mount':
      return beginUpload(state, asked);
    case 'upload':
      return answerUpload(state, asked);
    case 'manifest':
      return answerManifest(state, asked);
    case 'tags':
      return answerTags(state, asked);
    case 'referrers':
      return answerReferrers(state, asked);
    default:
      return failure(404, 'NAME_UNKNOWN');
  }
}

/** The storage's answer: it has no login, only signed URLs. */
export function answerStored(state: State, asked: Asked): Reply {
  // Storage services refuse requests that carry a login of any kind beside the signature.
  if (asked.headers.authorization !== undefined) return failure(400, 'UNSUPPORTED');
  if (asked.route.kind === 'blob') return answerBlob(state, asked, true);
  return asked.route.kind === 'upload' ? answerUpload(state, asked) : failure(404, 'NAME_UNKNOWN');
}
