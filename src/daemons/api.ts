import type { Digest } from '../digest.ts';
import { ToolError } from '../errors/index.ts';
import { checkLabel, checkName, isCheckName } from './check.ts';
import type { EngineEndpoint } from './endpoint.ts';
import { type Answer, type Call, call, download } from './transport.ts';
import type { Engine, EngineFacts, EngineImage } from './types.ts';

/** An engine by Docker's Engine API, which Podman's service speaks too; the oldest supported daemon is 20.10 (API 1.41). */
export function apiEngine(endpoint: EngineEndpoint, signal: AbortSignal): Engine {
  const ask = (request: Call) => call(endpoint, { ...request, signal });
  const inspect = async (name: string): Promise<Inspected | undefined> => {
    const answer = await ask({ method: 'GET', path: `/images/${encodeURI(name)}/json?manifests=1` });
    return answer.status === 404 ? undefined : (bodyOf(endpoint, answer) as Inspected);
  };
  return {
    place: `${endpoint.name.toLowerCase()} ${endpoint.text}`,
    facts: async () => factsOf(bodyOf(endpoint, await ask({ method: 'GET', path: '/info' })) as Info),
    images: async (names) => (await Promise.all(names.map(inspect))).flatMap((found) => (found === undefined ? [] : [imageOf(found)])),
    async load(archive) {
      const answer = await ask({ method: 'POST', path: '/images/load?quiet=1', archive });
      if (answer.status !== 200) throw refused(endpoint, messageOf(answer));
      const fault = faultIn(answer.text);
      if (fault !== undefined) throw refused(endpoint, fault);
    },
    tryContainer: (id) => tryContainer(endpoint, id),
    async tag(id, { full }) {
      const colon = full.lastIndexOf(':');
      const answer = await ask({ method: 'POST', path: `/images/${id}/tag?repo=${full.slice(0, colon)}&tag=${full.slice(colon + 1)}` });
      if (answer.status !== 201) throw refused(endpoint, messageOf(answer));
    },
    async save(name) {
      const found = await inspect(name);
      if (found === undefined) return undefined;
      const platform = onlyPlatform(found);
      const query = platform === undefined ? '' : `?platform=${encodeURIComponent(JSON.stringify(platform))}`;
      const archive = await download(endpoint, { method: 'GET', path: `/images/${encodeURI(name)}/get${query}`, signal });
      if ('text' in archive) throw refused(endpoint, messageOf(archive), 'did not give the image');
      return { archive, ...(platform && { only: [platform.os, platform.architecture, platform.variant].filter(Boolean).join('/') }) };
    },
  };
}

function bodyOf(endpoint: EngineEndpoint, answer: Answer): unknown {
  if (answer.status !== 200) throw refused(endpoint, messageOf(answer), 'did not answer');
  try {
    return JSON.parse(answer.text);
  } catch {
    throw refused(endpoint, 'what it said is not JSON', 'did not answer');
  }
}

interface Info {
  readonly Architecture: string;
  readonly DriverStatus?: readonly (readonly [string, string])[] | null;
}

/** Docker names CPUs as the kernel does, Podman as OCI does. */
const architectures: Readonly<Record<string, string>> = { x86_64: 'amd64', aarch64: 'arm64' };

function factsOf({ Architecture, DriverStatus }: Info): EngineFacts {
  const driver = (DriverStatus ?? []).find(([key]) => key === 'driver-type')?.[1];
  return {
    architecture: architectures[Architecture] ?? Architecture,
    store: driver?.startsWith('io.containerd.snapshotter') === true ? 'manifests' : 'layers',
  };
}

interface Inspected {
  readonly Id: string;
  readonly RootFS?: { readonly Layers?: readonly string[] | null };
  /** CPU of the daemon, or of the one image there is. */
  readonly Architecture?: string;
  readonly Manifests?: readonly InspectedManifest[] | null;
}

interface InspectedManifest {
  readonly ID: string;
  readonly Available: boolean;
  readonly ImageData?: { readonly Platform: { readonly os: string; readonly architecture: string; readonly variant?: string } };
}

/**
 * What can be saved of an index of which a pull brought one platform: the containerd store would save the whole index, with nothing behind most of
 * its entries. Undefined if everything is there.
 */
function onlyPlatform({ Architecture, Manifests }: Inspected): NonNullable<InspectedManifest['ImageData']>['Platform'] | undefined {
  if (Manifests == null || Manifests.every(({ Available }) => Available)) return undefined;
  const whole = Manifests.flatMap(({ Available, ImageData }) => (Available && ImageData ? [ImageData.Platform] : []));
  return whole.find(({ architecture }) => architecture === Architecture) ?? whole[0];
}

function imageOf({ Id, RootFS, Manifests }: Inspected): EngineImage {
  return {
    id: Id,
    diffIds: RootFS?.Layers ?? [],
    complete: Manifests?.filter((manifest) => manifest.Available).map((manifest) => manifest.ID),
  };
}

/** A container that is still being made when a signal comes could not be removed, so all requests are always finished; they take milliseconds. */
async function tryContainer(endpoint: EngineEndpoint, id: Digest): Promise<void> {
  const leftovers = await leftChecks(endpoint);
  const name = checkName();
  const json = { Image: id, Cmd: ['true'], Labels: { [checkLabel]: '1' }, HostConfig: { NetworkMode: 'none' } };
  const made = await call(endpoint, { method: 'POST', path: `/containers/create?name=${name}`, json });
  if (made.status !== 201) throw refused(endpoint, messageOf(made));
  const removed = await removeContainer(endpoint, name);
  if (!gone.includes(removed.status)) throw refused(endpoint, messageOf(removed));
  await Promise.all(leftovers.map((left) => removeContainer(endpoint, left)));
}

/** Removed now, by somebody else, or just being removed by somebody else: another run tidies up too. */
const gone = [200, 204, 404, 409];

async function removeContainer(endpoint: EngineEndpoint, name: string): Promise<Answer> {
  return await call(endpoint, { method: 'DELETE', path: `/containers/${name}?force=1&v=1` });
}

interface Listed {
  readonly Id: string;
  readonly Names?: readonly string[];
}

/** IDs of containers that a killed run left behind. They were never started; one that a run has just made is done with as well: it could be made. */
async function leftChecks(endpoint: EngineEndpoint): Promise<readonly string[]> {
  const filters = encodeURIComponent(JSON.stringify({ label: [checkLabel], status: ['created'] }));
  const answer = await call(endpoint, { method: 'GET', path: `/containers/json?all=1&filters=${filters}` });
  // Who may load images may not be allowed to list containers.
  const listed = answer.status === 200 ? (bodyOf(endpoint, answer) as readonly Listed[]) : [];
  return listed.filter(({ Names = [] }) => Names.some(isCheckName)).map(({ Id }) => Id);
}

/** The daemon answers 200 before it has read the archive; a later fault is a line of the stream. */
function faultIn(stream: string): string | undefined {
  return stream
    .split('\n')
    .filter((line) => line.includes('"error"'))
    .map((line) => (JSON.parse(line) as { error?: string }).error)
    .find((fault) => fault !== undefined);
}

function messageOf({ status, text }: Answer): string {
  try {
    return String((JSON.parse(text) as { message?: string }).message ?? status);
  } catch {
    return `HTTP ${status}`;
  }
}

function refused({ name }: EngineEndpoint, message: string, what = 'did not take the image'): ToolError {
  return new ToolError('DAEMON_REFUSED', `${name} ${what}: ${message}`, {
    hint: `check that it works, and its disk space: ${name.toLowerCase()} system df`,
  });
}
