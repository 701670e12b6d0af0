import { discardBody, type HttpRequest, type HttpResponse } from '../http/index.ts';
import { authorizer, type Grant, isRefusal } from './authorize.ts';
import { memoryOf, type RegistryContext } from './context.ts';
import type { Repository } from './reference.ts';
import { apiBase, type Endpoint } from './route/endpoint.ts';
import { showWarnings } from './warnings.ts';

/** A request below `/v2/NAME/` of a repository. */
export interface RegistryRequest {
  readonly method: HttpRequest['method'];
  readonly repository: Repository;
  /** Relative to `/v2/NAME/`, for example `manifests/latest`; or a whole URL that the registry named in `Location` or `Link`. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** A source is opened anew when the registry wants another token in the middle. */
  readonly body?: HttpRequest['body'];
  /** What the token must allow; the first scope is this repository's. Default `pull`. */
  readonly actions?: 'pull' | 'pull,push';
  /** Further scopes, for example of a mount's source. */
  readonly scopes?: readonly string[];
  /** As for HTTP: default 4 for methods without body, else 0. */
  readonly retries?: number;
  /** Default: the context's. */
  readonly signal?: AbortSignal;
  /** Another place than the one that follows from the repository's name. */
  readonly endpoint?: Endpoint;
}

/** Sends authorised requests to registries. */
export interface Transport {
  /** Resolves with the final answer of any status; 401 means that no credential at hand was accepted. */
  send(request: RegistryRequest): Promise<HttpResponse>;
  /** Where requests of a repository go. */
  endpoint(repository: Repository): Promise<Endpoint>;
}

/** A transport with what it was made from. */
export interface Wire {
  readonly transport: Transport;
  readonly context: RegistryContext;
}

/**
 * Makes a transport: it asks without a login first, answers Basic and Bearer challenges, and keeps what it learned per registry and scope set
 * in the memory of the HTTP client. Credentials go to their registry and to the token server that it names, nowhere else.
 */
export function createTransport(context: RegistryContext): Transport {
  return {
    endpoint: async (repository) => apiBase(repository),
    send: async (request) => await send({ ...request, endpoint: request.endpoint ?? apiBase(request.repository) }, context),
  };
}

type Placed = RegistryRequest & { readonly endpoint: Endpoint };

async function send(request: Placed, context: RegistryContext): Promise<HttpResponse> {
  const url = new URL(request.path, request.endpoint.base);
  // An upload location may lie on another host, which must not see the credentials, and whose challenges are not ours to answer.
  if (url.origin !== new URL(request.endpoint.base).origin) return await transmit(request, url, undefined, context);
  const auth = authorizer(needOf(request), memoryOf(context.http).auth, context);
  let grant = await auth.ready();
  let response = await transmit(request, url, grant, context);
  for (const last of [false, true]) {
    if (!isRefusal(response)) return response;
    const next = await auth.renew(response, grant, last);
    if (next === undefined) return response;
    await discardBody(response.body);
    grant = next;
    response = await transmit(request, url, grant, context);
  }
  return response;
}

async function transmit(request: Placed, url: URL, grant: Grant | undefined, context: RegistryContext): Promise<HttpResponse> {
  const { method, headers, body, retries, signal, endpoint, repository } = request;
  const response = await context.http.request({
    method,
    url: url.href,
    headers: { ...headers, ...(grant === undefined ? {} : { authorization: grant.header }) },
    ...(body === undefined ? {} : { body }),
    ...(retries === undefined ? {} : { retries }),
    ...(endpoint.insecure === undefined ? {} : { insecure: endpoint.insecure }),
    signal: signal ?? context.signal,
  });
  showWarnings(response, repository.registry, context);
  return response;
}

function needOf({ repository, endpoint, actions = 'pull', scopes = [] }: Placed) {
  return { repository, endpoint, scope: `repository:${repository.repository}:${actions}`, extra: scopes };
}
