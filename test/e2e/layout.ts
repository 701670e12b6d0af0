import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execute } from './execute.ts';

export interface LayoutLayer {
  readonly digest: string;
  readonly size: number;
  readonly annotations?: Readonly<Record<string, string>>;
}

interface Content {
  readonly manifests?: readonly LayoutLayer[];
  readonly layers?: readonly LayoutLayer[];
}

/** Layers of the only image of an OCI layout, bottom to top, read without any code of the product. */
export function layersOf(layout: string): readonly LayoutLayer[] {
  let content = readJson(join(layout, 'index.json'));
  while (content.layers === undefined) {
    const [only] = content.manifests ?? [];
    if (only === undefined) throw new Error(`${layout} holds no image`);
    content = readJson(blobPath(layout, only.digest));
  }
  return content.layers;
}

export function blobPath(layout: string, digest: string): string {
  return join(layout, 'blobs', digest.replace(':', '/'));
}

/** Unpacks all layers with the system's tar: owners, modes and links as the image has them. */
export async function unpackLayout(layout: string, directory: string): Promise<void> {
  mkdirSync(directory, { recursive: true });
  const options = ['--extract', '--gzip', '--preserve-permissions', '--numeric-owner', '--directory', directory];
  for (const { digest } of layersOf(layout)) await execute(['tar', ...options, '--file', blobPath(layout, digest)]);
}

function readJson(path: string): Content {
  return JSON.parse(readFileSync(path, 'utf8')) as Content;
}
