import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createProgram } from '../src/cli/program.ts';
import { createTerminal } from '../src/cli/terminal.ts';
import { startRegistry, type TestRegistry, type TestRegistryOptions } from './registry/index.ts';
import { type RichContent, richContent } from './richContent.ts';

export interface Ran {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** A directory, a store of its own, registries in memory, and the sample of everything that a tag can stand for. */
export class Copying {
  readonly directory: string;
  readonly rich: RichContent;
  readonly #registries: TestRegistry[] = [];

  private constructor(directory: string, rich: RichContent) {
    this.directory = directory;
    this.rich = rich;
  }

  static async begin(): Promise<Copying> {
    return new Copying(await mkdtemp(join(tmpdir(), 'wherry-copy-')), await richContent());
  }

  async end(): Promise<void> {
    for (const registry of this.#registries) await registry.close();
    await rm(this.directory, { recursive: true });
  }

  /** An empty registry that takes a manifest only with all that it lists. */
  async start(options: TestRegistryOptions = {}): Promise<TestRegistry> {
    const registry = await startRegistry({ ...options, behaviour: { requires: 'all', ...options.behaviour } });
    this.#registries.push(registry);
    return registry;
  }

  /** A registry that holds the sample as `team/rich:1`, with its three referrers. */
  async source(): Promise<TestRegistry> {
    const registry = await this.start();
    for (const [digest, bytes] of this.rich.bytes) {
      const mediaType = documentType(bytes);
      const tags = digest === this.rich.root.digest ? ['1'] : [];
      if (mediaType === undefined) registry.putBlob('team/rich', bytes);
      else registry.putManifest('team/rich', { bytes, mediaType, tags });
    }
    return registry;
  }

  /** Digests of the sample's documents, sorted; of its referrers only with `referrers`. */
  documents({ referrers = false } = {}): string[] {
    const { bytes, signature, sbom, sbomSignature } = this.rich;
    const others: string[] = referrers ? [] : [signature, sbom, sbomSignature].map(({ digest }) => digest);
    return [...bytes].flatMap(([digest, text]) => (documentType(text) === undefined || others.includes(digest) ? [] : [digest])).sort();
  }

  async wherry(...argv: string[]): Promise<Ran> {
    const text = { out: '', err: '' };
    const stream = (name: 'out' | 'err') => ({
      isTTY: false,
      write: (part: string) => {
        text[name] += part;
      },
    });
    const host = {
      env: { HOME: this.directory, WHERRY_CACHE_DIR: join(this.directory, 'store') },
      cwd: () => this.directory,
      stdout: stream('out'),
      stderr: stream('err'),
    };
    const terminal = createTerminal(host as unknown as NodeJS.Process, new AbortController().signal);
    return { status: await createProgram(terminal)(argv), ...text };
  }
}

/** The media type of a manifest or an index; undefined for other bytes. */
function documentType(bytes: Uint8Array): string | undefined {
  const [, type] = /^\s*\{\s*"schemaVersion": 2,\s*"mediaType": "([^"]+)"/.exec(Buffer.from(bytes).toString('latin1')) ?? [];
  return type;
}

/** Requests so far without digests, and forgets them. */
export function requests(registry: TestRegistry): string[] {
  return registry.seen.splice(0).map(({ method, url }) => `${method} ${url.replaceAll(/sha256:\w+/g, 'DIGEST')}`);
}
