import { join, resolve } from 'node:path';
import type { Digest } from '../digest.ts';
import type { SourceTree } from '../project/types.ts';
import type { WheelPackage } from './dependencies.ts';
import type { FileEntry } from './recipe.ts';
import type { Material, Materials } from './types.ts';

/** Gathers where the bytes behind recipes can be had; the first source of a digest wins. */
export class MaterialCollector {
  readonly #materials = new Map<Digest, Material>();

  add(digest: Digest, material: Material): void {
    if (!this.#materials.has(digest)) this.#materials.set(digest, material);
  }

  addTexts(texts: Readonly<Record<Digest, string>>): void {
    for (const [digest, text] of Object.entries(texts)) this.add(digest as Digest, { kind: 'text', text });
  }

  /** Files of this host by their digest: path below `directory`. */
  addFiles(directory: string, files: Readonly<Record<Digest, string>>): void {
    for (const [digest, path] of Object.entries(files))
      this.add(digest as Digest, { kind: 'path', path: join(directory, path), label: path });
  }

  /** The files of a tree that entries refer to. */
  addSources(tree: SourceTree, entries: readonly FileEntry[]): void {
    const wanted = new Set(entries.flatMap((entry) => (entry.type === 'file' ? [entry.sha256] : [])));
    const files = tree.files.flatMap((file) => (file.type === 'file' && wanted.has(file.sha256) ? [[file.sha256, file.path]] : []));
    this.addFiles(tree.directory, Object.fromEntries(files));
  }

  /** `lockDirectory` is where relative paths of the lock start. */
  addWheel(item: WheelPackage, options: { readonly sizes: Readonly<Record<Digest, number>>; readonly lockDirectory: string }): void {
    const { artifact } = item;
    const label = `${item.name} ${item.version}`;
    const size = artifact.size ?? options.sizes[artifact.sha256];
    if ('url' in artifact.location) {
      const { filename, location } = artifact;
      const sizeIn = artifact.size === undefined ? 'wherry.lock' : 'uv.lock';
      this.add(artifact.sha256, { kind: 'url', url: location.url, filename, size, sizeIn, label });
    } else {
      this.add(artifact.sha256, { kind: 'path', path: resolve(options.lockDirectory, artifact.location.path), label });
    }
  }

  all(): Materials {
    return Object.fromEntries(this.#materials);
  }
}
