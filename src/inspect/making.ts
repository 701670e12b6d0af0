import { dockerMedia, type Image, type Layer, type LayerSplice, layerCompression } from '../image/index.ts';
import { type FileTotal, leastSplice } from '../tar/index.ts';

/** How a layer's gzip stream was made. */
export type LayerMaking =
  | { readonly way: 'spliced' | 'recompressed'; readonly why: string; readonly spliced: FileTotal; readonly compressed: FileTotal }
  | { readonly way: 'base' | 'unknown'; readonly why: string };

/** From its annotation; a layer without a recipe is the base's own. */
export function makingOf({ descriptor }: Pick<Image, 'descriptor'>, { recipe, splice, mediaType }: Layer): LayerMaking {
  if (layerCompression(mediaType) === 'none') return { way: 'unknown', why: 'this copy is not compressed' };
  if (splice !== undefined) return ours(splice);
  if (descriptor.mediaType === dockerMedia.manifest) return { way: 'unknown', why: 'a manifest of Docker keeps no annotations' };
  if (recipe === undefined) return { way: 'base', why: 'from the base image' };
  return { way: 'unknown', why: 'made by an earlier version' };
}

const kibibytes = leastSplice / 1024;

const reasons: Readonly<Record<LayerSplice['kind'], string>> = {
  base: 'made from Debian packages',
  dependencies: `no file of a wheel has ${kibibytes} KiB compressed`,
  member: 'files of the project',
  project: 'files of the project',
  app: 'files of the project',
  venv: 'written by Wherry',
  accounts: 'written by Wherry',
};

function ours({ kind, spliced, compressed }: LayerSplice): LayerMaking {
  const parts = { spliced, compressed };
  if (spliced.files === 0) return { way: 'recompressed', why: reasons[kind], ...parts };
  return { way: 'spliced', why: `files of ${kibibytes} KiB and more, compressed, as they lie in the wheels`, ...parts };
}
