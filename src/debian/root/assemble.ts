import type { Digest } from '../../digest.ts';
import { ToolError } from '../../errors/index.ts';
import type { DebianRootRecipe } from '../../plan/recipe.ts';
import type { Architecture } from '../../platform.ts';
import { releaseWhole } from '../../release.ts';
import type { Scratch } from '../../store/index.ts';
import type { LayerEntry } from '../../tar/types.ts';
import type { Content } from '../content.ts';
import { type Deb, openDeb, type PayloadItem } from '../deb.ts';
import { releaseSpec } from '../packages.ts';
import { certificateBundle } from './certificates.ts';
import { dpkgEntries } from './dpkg.ts';
import { addParents, file, layerEntries, place, type RootEntry, type RootTree } from './entry.ts';
import { fixedEntries } from './fixed.ts';
import { loaderCache } from './libraries.ts';
import { isDropped } from './prune.ts';
import { checkScripts } from './scripts.ts';
import { isMergedTop, mergedPath, mergedTarget } from './usrmerge.ts';

/** Gives the bytes of a locked .deb; they must have the digest. If they are a buffer of their own, it is released after use. */
export type ReadDeb = (sha256: Digest) => Uint8Array | Promise<Uint8Array>;

/** What a root is made with. Packages are unpacked into `scratch`, which must stay open while contents of entries are read. */
export interface RootMeans {
  readonly readDeb: ReadDeb;
  readonly scratch: Scratch;
}

/**
 * The root file system of a Debian base, assembled from packages without running anything of them: a pure function of the recipe.
 * Entries are sorted bytewise, each path once. Throws `DEB_MISMATCH`, `DEB_ARCHIVE` or `DEB_SCRIPT`.
 */
export async function assembleDebianRoot(recipe: DebianRootRecipe, means: RootMeans): Promise<readonly LayerEntry[]> {
  const { architecture } = recipe;
  if (!isArchitecture(architecture)) throw new TypeError(`no Debian base for ${architecture}`);
  const debs = await openAll(recipe, means);
  const tree = unpack(debs);
  place(tree, fixedEntries({ pythonMinor: releaseSpec(recipe.release).pythonMinor, architecture, shell: recipe.shell }));
  place(tree, madeFrom(debs));
  addParents(tree);
  place(tree, [file('etc/ld.so.cache', loaderCache(tree, architecture, versionOf(debs, 'libc6')))]);
  place(tree, dpkgEntries(debs, tree));
  addParents(tree);
  return layerEntries(tree);
}

function isArchitecture(name: string): name is Architecture {
  return name === 'amd64' || name === 'arm64';
}

async function openAll(recipe: DebianRootRecipe, { readDeb, scratch }: RootMeans): Promise<readonly Deb[]> {
  const debs: Deb[] = [];
  for (const expected of recipe.packages) {
    const bytes = await readDeb(expected.sha256);
    const deb = await openDeb(bytes, expected, scratch);
    releaseWhole(bytes);
    checkScripts(expected.name, deb);
    debs.push(deb);
  }
  return debs;
}

function versionOf(debs: readonly Deb[], name: string): string {
  return debs.find(({ control }) => control.get('package') === name)?.control.get('version') ?? '';
}

function unpack(debs: readonly Deb[]): RootTree {
  const tree: RootTree = new Map();
  for (const deb of debs) for (const item of deb.items) addItem(tree, item, deb);
  return tree;
}

/** Shipped as directories, links on every installed system (base-files' script). */
const replacedDirectories: ReadonlySet<string> = new Set(['var/run', 'var/lock']);

function addItem(tree: RootTree, item: PayloadItem, deb: Deb): void {
  const path = mergedPath(item.path);
  if (path === '' || isMergedTop(path) || isDropped(path) || replacedDirectories.has(path)) return;
  const entry = toEntry(item, deb);
  const other = tree.get(path);
  if (other && (other.type !== 'directory' || entry.type !== 'directory')) {
    throw unfit(deb, `another package has the same path: /${path}`);
  }
  if (!other) tree.set(path, entry);
}

function toEntry(item: PayloadItem, deb: Deb): RootEntry {
  const common = { path: mergedPath(item.path), mode: item.mode, uid: item.uid, gid: item.gid };
  if (item.type === 'directory') return { ...common, type: 'directory' };
  if (item.type === 'symlink') return { ...common, type: 'symlink', target: mergedTarget(item.path, item.linkname) };
  if (item.type === 'file') return { ...common, type: 'file', content: item.content };
  if (item.type === 'hardlink') return { ...common, type: 'file', content: linkedContent(item, deb) };
  throw unfit(deb, `it holds a device or a pipe: /${item.path}`);
}

/** Layers have no hard links: the second name gets the bytes of the first. */
function linkedContent(item: PayloadItem, deb: Deb): Content {
  const first = deb.items.find(({ path, type }) => path === item.linkname && type === 'file');
  if (!first) throw unfit(deb, `a hard link leads nowhere: /${item.path}`);
  return first.content;
}

function unfit(deb: Deb, fact: string): ToolError {
  return new ToolError('DEB_ARCHIVE', `the Debian package ${deb.control.get('package')} does not fit into the base`, {
    details: [fact],
    hint: 'keep the entries of wherry.lock as they are, and update Wherry',
  });
}

/** Files whose content comes from dropped files of the packages. */
function madeFrom(debs: readonly Deb[]): readonly RootEntry[] {
  const items = debs.flatMap((deb) => deb.items);
  const nameService = items.find(({ path }) => path === 'usr/share/libc-bin/nsswitch.conf');
  return [
    file('etc/ssl/certs/ca-certificates.crt', certificateBundle(items)),
    ...(nameService ? [file('etc/nsswitch.conf', nameService.content.bytes())] : []),
  ];
}
