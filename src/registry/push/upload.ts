import type { Digest } from '../../digest.ts';
import { ToolError } from '../../errors/index.ts';
import { discardBody, type HttpResponse, resolveLocation } from '../../http/index.ts';
import { memoryOf } from '../context.ts';
import type { RegistryFailure } from '../failure.ts';
import { type BlobPlace, blobFailure, blobName, checkDigest, hasBlob } from '../presence.ts';
import type { Repository } from '../reference.ts';
import type { RegistryRequest, Wire } from '../transport.ts';
import type { BlobOutcome, BlobUpload } from '../types.ts';
import { isPassing, persist } from './persist.ts';

/** Makes sure that a repository holds a blob; what runs already for the same blob and repository is joined (see `RegistryWriter.putBlob`). */
export async function putBlob({ transport, context }: Wire, repository: Repository, upload: BlobUpload): Promise<BlobOutcome> {
  const { uploads } = memoryOf(context.http);
  const key = `${repository.registry}/${repository.repository}@${upload.blob.digest}`;
  for (let running = uploads.get(key); running !== undefined; running = uploads.get(key)) {
    const outcome = await running.catch(unlessShared);
    context.signal.throwIfAborted();
    if (outcome !== undefined) return { ...outcome, bytesSent: 0 };
  }
  const sending = bring({ transport, repository, upload, context, sources: sourcesOf(repository, upload), sent: 0 });
  uploads.set(key, sending);
  try {
    return await sending;
  } finally {
    uploads.delete(key);
  }
}

/** What the registry or the network said is said to all; what another caller's source or signal did is tried again for this one. */
function unlessShared(error: unknown): undefined {
  if (error instanceof ToolError && /^(REGISTRY|NETWORK)_/.test(error.code)) throw error;
}

interface Job extends Wire {
  readonly repository: Repository;
  readonly upload: BlobUpload;
  /** Mounts that are still to be tried. */
  readonly sources: Source[];
  /** Bytes of all tries. */
  sent: number;
}

interface Source {
  readonly name: string;
  failures: number;
}

const maxSources = 3;

function sourcesOf({ registry, repository }: Repository, { mountFrom = [] }: BlobUpload): Source[] {
  const names = mountFrom.filter((source) => source.registry === registry && source.repository !== repository);
  return [...new Set(names.map((source) => source.repository))].slice(0, maxSources).map((name) => ({ name, failures: 0 }));
}

async function bring(job: Job): Promise<BlobOutcome> {
  const { upload, context } = job;
  return await persist(
    async (tries) => {
      // A try that seemed to fail may have arrived.
      if ((tries > 0 || upload.isNew !== true) && (await hasBlob(job.transport, placeOf(job), { actions: 'pull,push', retries: 0 })))
        return outcome(job, job.sent > 0 ? 'uploaded' : 'present');
      const session = (await mount(job)) ?? (await begin(job));
      if (session === 'mounted' || session === 'present') return outcome(job, session);
      await send(job, session);
      return outcome(job, 'uploaded');
    },
    { action: `upload ${blobName(placeOf(job))}`, size: upload.blob.size },
    context,
  );
}

function outcome(job: Job, how: BlobOutcome['how']): BlobOutcome {
  return { how, bytesSent: job.sent };
}

/** A session that the registry opened: where the bytes go. */
type Session = URL;

async function mount(job: Job): Promise<'mounted' | Session | undefined> {
  for (let source = job.sources[0]; source !== undefined; source = job.sources[0]) {
    const response = await askMount(job, source);
    if (response?.status === 201) {
      job.sources.length = 0;
      return await done(job, response, 'mounted');
    }
    if (response?.status === 202) {
      job.sources.shift();
      return await sessionOf(job, response);
    }
    const failure = response === undefined ? undefined : await fail(job, response, 'mount');
    if (failure?.passing === true && source.failures++ === 0) throw failure;
    job.sources.shift();
  }
  return undefined;
}

/** Undefined if this source is of no use: the account may not read it, or the connection broke at it twice. */
async function askMount(job: Job, source: Source): Promise<HttpResponse | undefined> {
  const query = new URLSearchParams({ mount: job.upload.blob.digest, from: source.name });
  try {
    return await ask(job, { method: 'POST', path: `blobs/uploads/?${query}`, scopes: [`repository:${source.name}:pull`] });
  } catch (error) {
    if (error instanceof ToolError && error.code === 'REGISTRY_AUTH') return undefined;
    if (isPassing(error) && source.failures++ > 0) return undefined;
    throw error;
  }
}

async function begin(job: Job): Promise<'present' | Session> {
  const response = await ask(job, { method: 'POST', path: 'blobs/uploads/' });
  if (response.status === 202) return await sessionOf(job, response);
  if (response.status === 201) return await done(job, response, 'present');
  throw await fail(job, response, 'start the upload of');
}

async function sessionOf(job: Job, response: HttpResponse): Promise<Session> {
  await discardBody(response.body);
  const endpoint = await job.transport.endpoint(job.repository);
  return resolveLocation(new URL(response.url), byHttps(response), endpoint);
}

/** Registries behind a proxy that speaks https for them often do not know of it, and name themselves with http. */
function byHttps({ url, headers: { location } }: HttpResponse): string | undefined {
  const { protocol, host } = new URL(url);
  return protocol === 'https:' && location?.startsWith(`http://${host}/`) === true ? location.replace('http', 'https') : location;
}

async function send(job: Job, session: Session): Promise<void> {
  const { upload } = job;
  try {
    const response = await ask(job, {
      method: 'PUT',
      path: withDigest(session, upload.blob.digest),
      headers: { 'content-type': 'application/octet-stream' },
      body: {
        size: upload.blob.size,
        open: upload.open,
        onSent: (bytes) => {
          job.sent += bytes;
          upload.onSent?.(bytes);
        },
      },
    });
    if (![200, 201, 202, 204].includes(response.status)) throw await fail(job, response, 'upload');
    await done(job, response, 'uploaded');
  } catch (error) {
    await cancel(job, session);
    throw error;
  }
}

/** The session's URL may hold state in its query, so that it is only added to. */
function withDigest(session: Session, digest: Digest): string {
  const [url = ''] = session.href.split('#');
  const joint = url.includes('?') ? (/[?&]$/.test(url) ? '' : '&') : '?';
  return `${url}${joint}digest=${encodeURIComponent(digest)}`;
}

const cancelTimeout = 3000;

/** Lets the registry forget an upload; it does so by itself in the end, so that failures do not matter. */
async function cancel(job: Job, session: Session): Promise<void> {
  try {
    const response = await ask(job, { method: 'DELETE', path: session.href, signal: AbortSignal.timeout(cancelTimeout) });
    await discardBody(response.body);
  } catch {
    // As above.
  }
}

async function done<T>(job: Job, response: HttpResponse, how: T): Promise<T> {
  await discardBody(response.body);
  checkDigest(response, job.upload.blob.digest, blobName(placeOf(job)));
  return how;
}

async function ask(job: Job, request: Omit<RegistryRequest, 'repository' | 'actions' | 'retries'>): Promise<HttpResponse> {
  return await job.transport.send({ ...request, repository: job.repository, actions: 'pull,push', retries: 0 });
}

async function fail(job: Job, response: HttpResponse, verb: string): Promise<RegistryFailure> {
  return await blobFailure(response, verb, placeOf(job));
}

function placeOf({ repository, upload }: Job): BlobPlace {
  return { repository, digest: upload.blob.digest };
}
