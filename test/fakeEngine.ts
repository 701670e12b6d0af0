import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { extract } from 'tar-stream';
import { collect } from './sampleImage.ts';

export interface FakeOptions {
  /** `layers`: unpacked layers by chain; `manifests`: compressed blobs, as with containerd. */
  readonly store: 'layers' | 'manifests';
  /** Whether it says which manifests are whole, as Docker does since 28. */
  readonly tells?: boolean;
  readonly architecture?: string;
  /** Runs when an archive has come, before it is looked at. */
  readonly beforeLoad?: (engine: FakeEngine) => void;
  /** Answers instead of the engine, if it gives true. */
  readonly intercept?: (request: string, response: ServerResponse, query: URLSearchParams) => boolean;
}

interface Loaded {
  readonly id: string;
  readonly manifest: string;
  readonly layers: readonly string[];
  readonly diffIds: readonly string[];
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** A Docker daemon in memory that takes, compares and refuses images as the real one does. */
export class FakeEngine {
  readonly options: FakeOptions;
  readonly server: Server;
  readonly host: string;
  /** Archives that were loaded. */
  readonly archives: Buffer[] = [];
  /** `METHOD PATH` of every request. */
  readonly requests: string[] = [];
  /** Images by name. */
  readonly names = new Map<string, string>();
  /** Labels of containers that were made, by name. */
  readonly containers = new Map<string, Readonly<Record<string, string>>>();
  readonly #images = new Map<string, Loaded>();
  /** Digests of blobs, or chains of layers. */
  readonly #held = new Set<string>();

  constructor(directory: string, options: FakeOptions) {
    this.options = options;
    this.host = `unix://${join(directory, 'docker.sock')}`;
    this.server = createServer((request, response) => void this.#serve(request, response)).listen(join(directory, 'docker.sock'));
  }

  static async start(directory: string, options: FakeOptions): Promise<FakeEngine> {
    const engine = new FakeEngine(directory, options);
    await once(engine.server, 'listening');
    return engine;
  }

  /** Removes an image by ID or name, with all that belongs to it. */
  remove(name: string): void {
    const image = this.#find(name);
    if (image === undefined) return;
    this.#images.delete(image.id);
    for (const key of this.#keys(image)) this.#held.delete(key);
  }

  /** Removes one blob, as if the disk had lost it. */
  lose(digest: string): void {
    this.#held.delete(digest);
  }

  #find(name: string): Loaded | undefined {
    return this.#images.get(this.names.get(name) ?? name);
  }

  /** What must be held for each layer. */
  #keys({ layers, diffIds }: Loaded): readonly string[] {
    return this.options.store === 'layers' ? diffIds.map((_, at) => diffIds.slice(0, at + 1).join()) : layers;
  }

  #isWhole(image: Loaded): boolean {
    return this.#keys(image).every((key) => this.#held.has(key));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '', 'http://engine');
    const line = `${request.method} ${decodeURI(url.pathname)}`;
    this.requests.push(line);
    if (this.options.intercept?.(line, response, url.searchParams) === true) return;
    const { status, body } = await this.#answer(line, url, request);
    response.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body));
  }

  async #answer(line: string, { searchParams }: URL, request: IncomingMessage): Promise<Answer> {
    const [, name = ''] = /^\w+ \/\w+\/(.+?)(?:\/(?:json|tag))?$/.exec(line) ?? [];
    if (line === 'GET /info') return ok(this.#info());
    if (line === 'POST /images/load') return await this.#load(Buffer.concat(await request.toArray()));
    if (line === 'POST /containers/create') return this.#create(JSON.parse(String(await collect(request))), searchParams.get('name') ?? '');
    if (line === 'GET /containers/json') return this.#list(JSON.parse(searchParams.get('filters') ?? '{}'));
    if (line.startsWith('DELETE /containers/')) return { status: this.containers.delete(name) ? 204 : 404, body: '' };
    if (line.endsWith('/json')) return this.#inspect(name);
    if (!line.endsWith('/tag')) return { status: 404, body: { message: 'page not found' } };
    this.names.set(`${searchParams.get('repo')}:${searchParams.get('tag')}`, name);
    return { status: 201, body: '' };
  }

  #info(): unknown {
    const DriverStatus = this.options.store === 'manifests' ? [['driver-type', 'io.containerd.snapshotter.v1']] : null;
    return { Architecture: this.options.architecture ?? 'x86_64', DriverStatus };
  }

  #inspect(name: string): Answer {
    const image = this.#find(name);
    if (image === undefined) return { status: 404, body: { message: `No such image: ${name}` } };
    const tells = this.options.store === 'manifests' && this.options.tells !== false;
    const Manifests = tells ? [{ ID: image.manifest, Available: this.#isWhole(image) }] : undefined;
    return ok({ Id: image.id, RootFS: { Layers: image.diffIds }, Manifests });
  }

  /** Layers must be there or in the archive; the containerd store finds out only when they are needed. */
  async #load(archive: Buffer): Promise<Answer> {
    this.archives.push(archive);
    this.options.beforeLoad?.(this);
    const members = await membersOf(archive);
    const image = readLoaded(members, this.options.store);
    const keys = this.#keys(image);
    const found = keys.map((key, at) => members.has(pathOf(image.layers[at] ?? '')) || this.#held.has(key));
    if (this.options.store === 'layers' && found.includes(false)) return ok('{"error":"open blobs: no such file or directory"}\n');
    keys.forEach((key, at) => {
      if (found[at]) this.#held.add(key);
    });
    this.#images.set(image.id, image);
    return ok(`{"stream":"Loaded image ID: ${image.id}\\n"}\n`);
  }

  #create({ Image, Labels }: { readonly Image: string; readonly Labels: Readonly<Record<string, string>> }, name: string): Answer {
    const image = this.#find(Image);
    if (image === undefined || !this.#isWhole(image)) return { status: 404, body: { message: 'content digest: not found' } };
    this.containers.set(name, Labels);
    return { status: 201, body: { Id: 'c' } };
  }

  /** Containers with a label; none of them was ever started. */
  #list({ label = [] }: { readonly label?: readonly string[] }): Answer {
    const found = [...this.containers].filter(([, labels]) => label.every((name) => name in labels));
    return ok(found.map(([name]) => ({ Id: name, Names: [`/${name}`] })));
  }
}

function ok(body: unknown): Answer {
  return { status: 200, body };
}

/** Files of an archive by path. */
export async function membersOf(archive: Buffer): Promise<ReadonlyMap<string, Buffer>> {
  const members = new Map<string, Buffer>();
  const reader = extract();
  Readable.from([archive]).pipe(reader);
  for await (const entry of reader) members.set(entry.header.name, await collect(entry));
  return members;
}

function readLoaded(members: ReadonlyMap<string, Buffer>, store: FakeOptions['store']): Loaded {
  const read = (path: string) => JSON.parse(String(members.get(path)));
  const manifest: string = read('index.json').manifests[0].digest;
  const { config, layers } = read(pathOf(manifest)) as { config: { digest: string }; layers: { digest: string }[] };
  return {
    id: store === 'manifests' ? manifest : config.digest,
    manifest,
    layers: layers.map((layer) => layer.digest),
    diffIds: read(pathOf(config.digest)).rootfs.diff_ids,
  };
}

function pathOf(digest: string): string {
  return `blobs/sha256/${digest.slice('sha256:'.length)}`;
}

/** Whether an archive holds the bytes of a blob. */
export async function holds(archive: Buffer | undefined, digest: string): Promise<boolean> {
  return archive !== undefined && (await membersOf(archive)).has(pathOf(digest));
}
