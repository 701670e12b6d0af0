import type { LayerKind } from '../plan/types.ts';
import type { FileTotal, LayerParts } from '../tar/layer.ts';

/**
 * Annotation of a layer descriptor: what the layer is for, and how its gzip stream was made. `KIND FILES:BYTES`, what was compressed, and where
 * something was spliced a second `FILES:BYTES`. Short, because it is sent with every change; equal for equal recipes.
 */
export const spliceAnnotation = 'dev.wherry.splice';

/** What the annotation says. */
export interface LayerSplice extends LayerParts {
  readonly kind: LayerKind;
}

const kinds: readonly LayerKind[] = ['base', 'venv', 'dependencies', 'member', 'project', 'app', 'accounts'];

/** The annotation's text. */
export function spliceText({ kind, spliced, compressed }: LayerSplice): string {
  const totals = spliced.files === 0 ? [compressed] : [compressed, spliced];
  return [kind, ...totals.map(({ files, bytes }) => `${files}:${bytes}`)].join(' ');
}

/** Reads an annotation; undefined where there is none, or where it is not ours. */
export function parseSplice(text: string | undefined): LayerSplice | undefined {
  const [word, first, second = '0:0', ...rest] = text?.split(' ') ?? [];
  const kind = kinds.find((known) => known === word);
  const [compressed, spliced] = [asTotal(first), asTotal(second)];
  if (kind === undefined || compressed === undefined || spliced === undefined || rest.length > 0) return undefined;
  return { kind, spliced, compressed };
}

function asTotal(text: string | undefined): FileTotal | undefined {
  const [, files, bytes] = /^(\d{1,15}):(\d{1,15})$/.exec(text ?? '') ?? [];
  return files === undefined ? undefined : { files: Number(files), bytes: Number(bytes) };
}
