import { canonicalJson } from '../json.ts';
import { asLayerParts } from '../layer-parts.ts';
import type { LayerKind } from '../plan/types.ts';
import type { LayerParts } from '../tar/layer.ts';

/** Annotation of a layer descriptor: what the layer is for, and how its gzip stream was made. Compact JSON, equal for equal recipes. */
export const spliceAnnotation = 'dev.wherry.splice';

/** What the annotation says. */
export interface LayerSplice extends LayerParts {
  readonly kind: LayerKind;
}

const kinds: readonly LayerKind[] = ['base', 'venv', 'dependencies', 'member', 'project', 'app', 'accounts'];

/** The annotation's text. */
export function spliceText({ kind, spliced, compressed }: LayerSplice): string {
  return canonicalJson({ kind, spliced, compressed });
}

/** Reads an annotation; undefined where there is none, or where it is not ours. */
export function parseSplice(text: string | undefined): LayerSplice | undefined {
  if (text === undefined) return undefined;
  const value = jsonOf(text);
  const parts = asLayerParts(value);
  const kind = kinds.find((known) => known === (value as { readonly kind?: unknown } | undefined)?.kind);
  return parts === undefined || kind === undefined ? undefined : { kind, ...parts };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
