import { execFileSync } from 'node:child_process';
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DirectoryNode, ImageTree } from '../../src/base/tree.ts';
import { digestOf, hexOf } from '../../src/digest.ts';
import { readTarBytes } from '../../src/tar/index.ts';
import { encode, makeImage, type TestEntry, tarOf } from '../images.ts';

// Few names, so that layers often meet: files over directories, links over files, whiteouts of what is there.
const name = fc.constantFrom('a', 'b', 'c');
const place = fc.array(name, { minLength: 0, maxLength: 2 });
const target = fc.constantFrom('a', '../b', '/c', 'c/a', '../../a/b');
const at = (parents: readonly string[], last: string): string => [...parents, last].join('/');
const entry: fc.Arbitrary<TestEntry> = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(place, name).map(([parents, last]) => ({ path: at(parents, last), content: 'x' })) },
  { weight: 2, arbitrary: fc.tuple(place, name).map(([parents, last]) => ({ path: at(parents, last) })) },
  { weight: 1, arbitrary: fc.tuple(place, name, target).map(([parents, last, link]) => ({ path: at(parents, last), link })) },
  { weight: 2, arbitrary: fc.tuple(place, name).map(([parents, last]) => ({ path: at(parents, `.wh.${last}`), content: '' })) },
  { weight: 1, arbitrary: place.map((parents) => ({ path: at(parents, '.wh..wh..opq'), content: '' })) },
);
const layer = fc.uniqueArray(entry, { minLength: 1, maxLength: 6, selector: ({ path }) => path });

/** Paths with link targets, as the tree has them. */
function ourPaths(node: DirectoryNode, parent = ''): string[] {
  return [...node.children]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([child, inner]) => {
      const path = `${parent}/${child}`;
      if (inner.type === 'directory') return [`${path}/`, ...ourPaths(inner, path)];
      return inner.type === 'symlink' ? [`${path} -> ${inner.target}`] : [path];
    });
}

function diskPaths(root: string, parent = ''): string[] {
  return readdirSync(join(root, parent))
    .sort()
    .flatMap((child) => {
      const path = `${parent}/${child}`;
      const found = lstatSync(join(root, path));
      if (found.isDirectory()) return [`${path}/`, ...diskPaths(root, path)];
      return found.isSymbolicLink() ? [`${path} -> ${readlinkSync(join(root, path))}`] : [path];
    });
}

/** What umoci unpacks, or undefined where it refuses: it makes no directory in place of a file that a later layer writes below. */
async function unpacked(layers: readonly (readonly TestEntry[])[]): Promise<string[] | undefined> {
  const image = await makeImage({ layers });
  const root = mkdtempSync(join(tmpdir(), 'wherry-umoci-'));
  try {
    mkdirSync(join(root, 'layout/blobs/sha256'), { recursive: true });
    for (const blob of [image.manifest, ...image.blobs]) writeFileSync(join(root, 'layout/blobs/sha256', hexOf(digestOf(blob))), blob);
    const annotations = { 'org.opencontainers.image.ref.name': 'x' };
    const descriptor = { mediaType: image.mediaType, digest: image.digest, size: image.manifest.length, annotations };
    writeFileSync(join(root, 'layout/oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
    writeFileSync(join(root, 'layout/index.json'), encode({ schemaVersion: 2, manifests: [descriptor] }));
    execFileSync('umoci', ['unpack', '--rootless', '--image', join(root, 'layout:x'), join(root, 'out')], { stdio: 'pipe' });
    return diskPaths(join(root, 'out/rootfs'));
  } catch (error) {
    if (error instanceof Error && 'stderr' in error && /not a directory|too many levels/.test(String(error.stderr))) return undefined;
    throw error;
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

describe('the names of an image', () => {
  it('are those that umoci unpacks, whatever the layers do to each other', async () => {
    let compared = 0;
    const property = fc.asyncProperty(fc.array(layer, { minLength: 2, maxLength: 3 }), async (layers) => {
      const expected = await unpacked(layers);
      if (expected === undefined) return;
      compared++;
      const tree = new ImageTree();
      for (const entries of layers) {
        tree.nextLayer();
        for (const header of readTarBytes(await tarOf(entries))) tree.apply(header, undefined);
      }
      const root = tree.resolve('/')?.node;
      expect(root?.type === 'directory' && ourPaths(root)).toEqual(expected);
    });
    await fc.assert(property, { numRuns: 200, seed: 1 });
    expect(compared).toBeGreaterThan(60);
  });
});
