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

  /** The files of a tree that entries refer to. */
  addSources(tree: SourceTree, entries: readonly FileEntry[]): void {
    const paths = new Map(tree.files.flatMap((file) => (file.type === 'file' ? [[file.sha256, file.path]] : [])));
    for (const entry of entries) {
      const path = entry.type === 'file' ? paths.get(entry.sha256) : undefined;
      if (entry.type === 'file' && path !== undefined)
        this.add(entry.sha256, { kind: 'path', path: join(tree.directory, path), label: path });
    }
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
