import type { FileTotal, LayerParts } from './tar/layer.ts';

/** The parts of a layer in a parsed record or annotation; undefined if it has another shape. */
export function asLayerParts(value: unknown): LayerParts | undefined {
  const { spliced, compressed } = (value ?? {}) as Partial<Record<keyof LayerParts, unknown>>;
  const [own, other] = [asTotal(spliced), asTotal(compressed)];
  return own === undefined || other === undefined ? undefined : { spliced: own, compressed: other };
}

function asTotal(value: unknown): FileTotal | undefined {
  const { files, bytes } = (value ?? {}) as Partial<Record<keyof FileTotal, unknown>>;
  return isCount(files) && isCount(bytes) ? { files, bytes } : undefined;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
