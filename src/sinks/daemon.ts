import { ToolError } from '../errors/index.ts';
import { type Image, type ImageIndex, imagesOf } from '../image/index.ts';
import { archiveSize, archiveStream } from './archive.ts';
import { dockerEndpoint } from './endpoint.ts';
import { type ImageName, namesOf } from './names.ts';
import { podman } from './podman.ts';
import type { PutOptions, PutResult, Sink } from './types.ts';

export interface DaemonOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Loads an image into Docker (Engine API, by its socket) or Podman (its command line) as a full archive, then asks for it by name and compares.
 * Of an index the daemon's own platform is loaded. Throws DAEMON_UNREACHABLE, DAEMON_REFUSED and IMAGE_NOT_FOUND.
 */
export function daemonSink(kind: 'docker' | 'podman', options: DaemonOptions): Sink {
  const put = kind === 'docker' ? putDocker : putPodman;
  return { name: kind, put: (image, putOptions) => put(image, { ...putOptions, ...options }) };
}

type Put = PutOptions & DaemonOptions;

async function putDocker(image: Image | ImageIndex, { references, signal, env }: Put): Promise<PutResult> {
  // Node's HTTP client takes longer to load than a layout takes to write.
  const { dockerClient } = await import('./docker.ts');
  const client = dockerClient(await dockerEndpoint(env));
  const chosen = platformImage(image, await client.architecture());
  await client.load(archiveStream(chosen, references), signal);
  const names = namesOf(chosen, references);
  for (const name of names) verify(chosen, name, (await client.inspect(name.familiar))?.Id);
  return result('docker', { image: chosen, names, references });
}

async function putPodman(image: Image | ImageIndex, { references, signal, env }: Put): Promise<PutResult> {
  const call = (args: readonly string[], input?: ReturnType<typeof archiveStream>) =>
    podman({ args, env, signal, ...(input && { input }) });
  const architecture = await call(['info', '--format', '{{.Host.Arch}}']);
  const chosen = platformImage(image, architecture.trim());
  await call(['load', '--quiet'], archiveStream(chosen, references));
  const names = namesOf(chosen, references);
  for (const name of names) verify(chosen, name, `sha256:${(await call(['image', 'inspect', '--format', '{{.Id}}', name.full])).trim()}`);
  return result('podman', { image: chosen, names, references });
}

/** The classic store names images by their config, the containerd store by their manifest. */
function verify(image: Image, name: ImageName, id: string | undefined): void {
  if (id === image.configDescriptor.digest || id === image.descriptor.digest) return;
  throw new ToolError('DAEMON_REFUSED', `${name.familiar} is not the image that was loaded: ${id ?? 'there is none of that name'}`, {
    details: [`expected ${image.configDescriptor.digest}`],
    hint: 'another process may have changed the name; load it again',
  });
}

function platformImage(image: Image | ImageIndex, architecture: string): Image {
  const images = imagesOf(image);
  const chosen = images.find(({ platform }) => platform.architecture === architecture) ?? (images.length === 1 ? images[0] : undefined);
  if (chosen !== undefined) return chosen;
  throw new ToolError('IMAGE_NOT_FOUND', `the image ${image.name} has no linux/${architecture}`, {
    hint: `build it: --platform linux/${architecture}`,
  });
}

interface Loaded {
  readonly image: Image;
  readonly names: readonly ImageName[];
  readonly references: readonly string[];
}

function result(kind: string, { image, names, references }: Loaded): PutResult {
  return { location: `${kind}:${names[0]?.familiar ?? image.name}`, bytesWritten: archiveSize(image, references) };
}
