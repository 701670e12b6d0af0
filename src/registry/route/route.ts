import { Readable } from 'node:stream';
import { digestOf } from '../../digest.ts';
import { ToolError } from '../../errors/index.ts';
import { discardBody, type HttpResponse, readBody } from '../../http/index.ts';
import type { RegistryContext } from '../context.ts';
import { variableLogin } from '../login/variables.ts';
import { maxManifestSize } from '../manifest.ts';
import { mediaTypes, ociMediaType } from '../media.ts';
import { confirmedDigest } from '../presence.ts';
import type { Repository } from '../reference.ts';
import { createTransport, type RegistryRequest, type Transport } from '../transport.ts';
import { apiBase, type Endpoint } from './endpoint.ts';
import { endpointsOf, type RegistryEndpoint, type Use } from './endpoints.ts';
import { insecureEndpoint } from './insecure.ts';
import { type RegistrySettings, registrySettings } from './settings.ts';

/** Whether reading asks mirrors first. What is pushed, and what decides about a push, must be asked of the registry itself. */
export interface RouteOptions {
  readonly mirrors?: boolean;
}

/**
 * A transport that sends requests where the settings of this machine and of the project say. Credentials are those of the host that is asked. A
 * mirror that does not answer, refuses or lacks something is passed over with a note. Errors of `send`: REGISTRY_BLOCKED, REGISTRY_CONFIG and
 * those of the registry itself.
 */
export function createRoutedTransport(context: RegistryContext, { mirrors = false }: RouteOptions): Transport {
  const settings = context.registries ?? registrySettings({});
  const direct = createTransport(context);
  const places = async (repository: Repository, use: Use): Promise<readonly RegistryEndpoint[]> =>
    endpointsOf(repository, { ...settings, rules: await settings.rules() }, use);
  const endpoint = async (place: RegistryEndpoint): Promise<Endpoint> =>
    place.insecure ? await insecureEndpoint(place, settings, context) : apiBase(place);
  const sendTo = async (place: RegistryEndpoint, request: RegistryRequest): Promise<HttpResponse> =>
    await direct.send({ ...request, repository: place, endpoint: await endpoint(place) });
  return {
    endpoint: async (repository) => {
      const [origin] = await places(repository, 'origin');
      return await endpoint(origin as RegistryEndpoint);
    },
    send: async (request) => {
      // A login that belongs nowhere is found before anything is sent.
      variableLogin(context.env);
      const order = await places(request.repository, mirrors ? useOf(request) : 'origin');
      for (const mirror of order.slice(0, -1)) {
        const response = await askMirror({ mirror, request, sendTo }, settings, context);
        if (response !== undefined) return response;
      }
      return await sendTo(order.at(-1) as RegistryEndpoint, request);
    },
  };
}

/** Pulls of manifests and blobs; a question whether a blob is there is about the registry itself. */
function useOf({ method, path, actions }: RegistryRequest): Use {
  if (actions === 'pull,push') return 'origin';
  if (path.startsWith('blobs/')) return method === 'GET' ? 'digest' : 'origin';
  if ((method !== 'GET' && method !== 'HEAD') || !path.startsWith('manifests/')) return 'origin';
  return path.includes(':') ? 'digest' : 'tag';
}

interface MirrorRequest {
  readonly mirror: RegistryEndpoint;
  readonly request: RegistryRequest;
  readonly sendTo: (place: RegistryEndpoint, request: RegistryRequest) => Promise<HttpResponse>;
}

/** The answer of a mirror, or undefined if it is of no use. A mirror that fails once is not asked again by this command. */
async function askMirror(
  { mirror, request, sendTo }: MirrorRequest,
  { learned }: RegistrySettings,
  { emit }: RegistryContext,
): Promise<HttpResponse | undefined> {
  if (learned.silent.has(mirror.registry)) return undefined;
  const skip = (why: string): void => {
    const message = `the mirror ${mirror.registry} of ${request.repository.registry} ${why}; going on without it`;
    if (learned.notes.has(message)) return;
    learned.notes.add(message);
    emit({ type: 'note', message });
  };
  try {
    // The registry itself is the second try.
    const response = await sendTo(mirror, { ...request, retries: 0 });
    if (response.status === 200 || response.status === 206) {
      const checked = await checkedAnswer(request, response);
      if (checked === undefined) skip('sent something else than it was asked for');
      return checked;
    }
    await discardBody(response.body);
    if (response.status === 429 || response.status >= 500) learned.silent.add(mirror.registry);
    skip(response.status === 404 ? `lacks ${request.repository.repository}` : `answered with status ${response.status}`);
  } catch (error) {
    if (!(error instanceof ToolError) || !passedOver.test(error.code)) throw error;
    learned.silent.add(mirror.registry);
    skip(`is of no use (${error.message})`);
  }
  return undefined;
}

/** Faults of a mirror alone. What is wrong here, with files or flags, stays an error. */
const passedOver = /^(?:NETWORK_(?!OFFLINE|CA_BUNDLE)|REGISTRY_(?:AUTH|DENIED|LIMIT|PROTOCOL|NOT_FOUND)$)/;

const manifestTypes: ReadonlySet<string> = new Set([mediaTypes.index, mediaTypes.manifest]);

/** A manifest is judged before it is taken; a blob is checked while it is read. */
async function checkedAnswer({ method, path }: RegistryRequest, response: HttpResponse): Promise<HttpResponse | undefined> {
  if (!path.startsWith('manifests/')) return response;
  const name = path.slice('manifests/'.length);
  const expected = name.includes(':') ? name : confirmedDigest(response);
  const isManifest = manifestTypes.has(ociMediaType(response.headers['content-type'] ?? ''));
  if (method === 'HEAD') return isManifest && (confirmedDigest(response) ?? expected) === expected ? response : undefined;
  const bytes = await readBody(response, maxManifestSize);
  if (!isManifest || (expected !== undefined && digestOf(bytes) !== expected)) return undefined;
  return { ...response, body: Readable.from([bytes]) };
}
