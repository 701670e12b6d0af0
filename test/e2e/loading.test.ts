import { randomBytes } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { digestOf } from '../../src/digest.ts';
import type { WherryEvent } from '../../src/events.ts';
import { assembleImage, assembleIndex, type Image } from '../../src/image/index.ts';
import { hostPlatform, platformName } from '../../src/platform.ts';
import { archiveSink, containerdSink, daemonSink } from '../../src/sinks/index.ts';
import { type ImagePlace, layerTar, openArchive, openDaemon, openImage } from '../../src/sources/index.ts';
import { openStore, type Store } from '../../src/store/index.ts';
import { type Blobs, collect, memoryBlobs, sampleImage, sampleLayer, samplePlan } from '../sampleImage.ts';
import { run, start } from './command.ts';
import { startCurrentDocker } from './currentDocker.ts';
import { podmanEnvironment, removeMounted, startContainerd, startDocker, startPodman } from './daemons.ts';

const reference = 'example.com/wherry/loaded:e2e';
/** More than everything but the base. */
const small = 100_000;
const signal = new AbortController().signal;
const blobs: Blobs = new Map();
let directory: string;
let store: Store;
const at = (name: string) => join(directory, name);

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wherry-e2e-loading-'));
  store = await openStore({ env: {}, directory: at('store') });
});
afterAll(() => removeMounted(directory));

/** A daemon that a test started, and how its own client looks at it. */
interface Peer {
  readonly env: Readonly<Record<string, string>>;
  /** What it holds by a name, as its own client says: an image ID or a digest. */
  held(): Promise<string>;
  /** Removes every image, and what belongs to them. */
  empty(): Promise<void>;
  /** What a load left behind beside the image. */
  leftovers(): Promise<string>;
  /** Leaves a container of an image behind, as a load does that is killed while it tries the image. containerd needs none. */
  leave?(): Promise<void>;
  /** The image, read back. */
  read(): Promise<ImagePlace>;
  stop?(): Promise<void>;
}

interface Engine {
  readonly name: string;
  readonly kind: 'docker' | 'podman' | 'containerd';
  /** Whether compressed blobs are kept, so that an image comes back as it was. */
  readonly keepsBlobs: boolean;
  start(): Promise<Peer>;
}

interface DockerLike extends Pick<Peer, 'env' | 'stop'> {
  readonly kind: 'docker' | 'podman';
  /** A command of the peer's own client. */
  client(args: readonly string[]): readonly string[];
}

/** A peer whose client takes the commands of `docker`. */
function dockerLike({ kind, client, env, stop }: DockerLike): Peer {
  const run1 = (...args: string[]) => run(client(args), { env: { ...env } });
  return {
    env,
    held: async () => (await run1('image', 'inspect', '--format', '{{.Id}}', reference)).trim().replace(/^(?!sha256:)/, 'sha256:'),
    empty: async () => {
      const ids = (await run1('image', 'ls', '--all', '--quiet', '--no-trunc')).split('\n').filter(Boolean);
      if (ids.length > 0) await start(client(['image', 'rm', '--force', ...new Set(ids)]), { env: { ...env } }).ended;
    },
    leftovers: () => run1('ps', '--all', '--format', '{{.Names}}'),
    leave: async () => void (await run1('create', '--name=wherry-check-0123456789ab', '--label=dev.wherry.check=1', reference, 'true')),
    read: () => openDaemon(kind, reference, { env: { ...process.env, ...env }, store, signal }),
    ...(stop && { stop }),
  };
}

const engines: readonly Engine[] = [
  {
    name: 'docker of this Debian, classic store',
    kind: 'docker',
    keepsBlobs: false,
    start: async () => {
      const { socket, stop } = await startDocker(at('docker'));
      return dockerLike({ kind: 'docker', client: (args) => ['docker', ...args], env: { DOCKER_HOST: `unix://${socket}` }, stop });
    },
  },
  ...(['containerd', 'classic'] as const).map(
    (kept): Engine => ({
      name: `current docker, ${kept} store`,
      kind: 'docker',
      keepsBlobs: kept === 'containerd',
      start: async () => {
        const { socket, client, stop } = await startCurrentDocker(at(`current-${kept}`), kept);
        return dockerLike({ kind: 'docker', client, env: { DOCKER_HOST: `unix://${socket}` }, stop });
      },
    }),
  ),
  {
    name: 'podman by its command line',
    kind: 'podman',
    keepsBlobs: false,
    start: async () => dockerLike({ kind: 'podman', client: (args) => ['podman', ...args], env: await podmanEnvironment(at('podman')) }),
  },
  {
    name: "podman's service",
    kind: 'podman',
    keepsBlobs: false,
    start: async () => {
      const env = await podmanEnvironment(at('service'));
      const { socket, stop } = await startPodman(at('service'), env);
      const host = `unix://${socket}`;
      return dockerLike({ kind: 'podman', client: (args) => ['podman', '--url', host, ...args], env: { CONTAINER_HOST: host }, stop });
    },
  },
  {
    name: 'containerd',
    kind: 'containerd',
    keepsBlobs: true,
    start: async () => {
      const { socket, stop } = await startContainerd(at('containerd'));
      const env = { CONTAINERD_ADDRESS: socket, CONTAINERD_NAMESPACE: 'wherry', CONTAINERD_SNAPSHOTTER: 'native' };
      const ctr = (...args: string[]) => run(['ctr', ...args], { env });
      const names = async () => (await ctr('images', 'ls', '--quiet')).split('\n').filter(Boolean);
      return {
        env,
        held: async () => (await ctr('images', 'check', `name==${reference}`)).split('\n')[1]?.split(/\s+/)[2] ?? '',
        empty: async () => {
          const all = await names();
          if (all.length > 0) await ctr('images', 'rm', '--sync', ...all);
        },
        leftovers: async () => (await names()).filter((name) => name !== reference).join(),
        read: async () => {
          await ctr('images', 'export', at('exported.tar'), reference);
          return await openArchive(at('exported.tar'));
        },
        stop,
      };
    },
  },
];

describe.each(engines)('$name', ({ kind, keepsBlobs, start: begin }) => {
  let peer: Peer;
  let events: WherryEvent[];
  beforeAll(async () => {
    peer = await begin();
  });
  afterAll(() => peer?.stop?.());

  const load = async (image: Image) => {
    events = [];
    const options = { env: { ...process.env, ...peer.env }, store, emit: (event: WherryEvent) => events.push(event) };
    const sink = kind === 'containerd' ? containerdSink(options) : daemonSink(kind, options);
    const { bytesWritten } = await sink.put(image, { references: [reference], signal });
    expect(await peer.held()).toBe(keepsBlobs ? image.descriptor.digest : image.configDescriptor.digest);
    expect(await peer.leftovers()).toBe('');
    return bytesWritten;
  };

  /** Its own layer over a base of 2 MB; `onRead` runs when the layer is read to be sent. */
  const onBase = async (base: Image['layers'][0], onRead?: () => Promise<void>): Promise<Image> => {
    const own = await sampleLayer(blobs, [{ name: 'app/own', text: randomBytes(8) }]);
    const source = memoryBlobs(blobs);
    let read = false;
    const open: typeof source.open = async (blob) => {
      if (blob.digest === own.digest && !read) {
        read = true;
        await onRead?.();
      }
      return await source.open(blob);
    };
    return assembleImage({ plan: { ...samplePlan, platform: hostPlatform }, layers: [base, own], blobs: { open } });
  };
  const newBase = () => sampleLayer(blobs, [{ name: 'base', text: randomBytes(2_000_000) }]);

  it('gets all, then only what it lacks, then almost nothing, and has every byte', async () => {
    const base = await newBase();
    expect(await load(await onBase(base))).toBeGreaterThan(base.size);
    const second = await onBase(base);
    expect(await load(second)).toBeLessThan(small);
    await peer.leave?.();
    expect(await load(second)).toBeLessThan(small);
    expect(events).toEqual([]);
    await expectSame(await peer.read(), second);
  });

  it('gets all if it removes the base after we looked', async () => {
    const base = await newBase();
    await load(await onBase(base));
    const changed = await onBase(base, () => peer.empty());
    expect(await load(changed)).toBeGreaterThan(base.size);
    expect(events).toMatchObject([{ type: 'note', message: expect.stringContaining('sending all of them') }]);
  });

  const expectSame = async (place: ImagePlace, image: Image) => {
    const read = (await openImage(place)) as Image;
    expect(read.configDescriptor.digest).toBe(image.configDescriptor.digest);
    if (keepsBlobs) expect(read.descriptor.digest).toBe(image.descriptor.digest);
    const tars = read.layers.map(async (layer) => digestOf(await collect(layerTar(read, layer))));
    expect(await Promise.all(tars)).toEqual(image.layers.map((layer) => layer.diffId));
  };
});

describe('current docker, containerd store, with one platform of an index', () => {
  let env: Readonly<Record<string, string>>;
  let stop: (() => Promise<void>) | undefined;
  beforeAll(async () => {
    const docker = await startCurrentDocker(at('partial'), 'containerd');
    stop = docker.stop;
    env = { DOCKER_HOST: `unix://${docker.socket}` };
    const other = { os: 'linux', architecture: hostPlatform.architecture === 'amd64' ? 'arm64' : 'amd64' } as const;
    const index = assembleIndex([await sampleImage({ platform: hostPlatform }), await sampleImage({ platform: other })]);
    await archiveSink(join(docker.shared, 'index.tar')).put(index, { references: [reference], signal });
    await run(docker.client(['image', 'load', '--input', '/w/index.tar']));
    await run(docker.client(['image', 'rm', '--force', '--platform', platformName(other), reference]));
  });
  afterAll(() => stop?.());

  it('gives what it has, and says so', async () => {
    const events: WherryEvent[] = [];
    const place = await openDaemon('docker', reference, { env, store, signal, emit: (event) => events.push(event) });
    expect(await openImage(place)).toMatchObject({ platform: hostPlatform });
    expect(events).toMatchObject([{ type: 'note', message: expect.stringContaining(platformName(hostPlatform)) }]);
    place.remove();
  });
});
