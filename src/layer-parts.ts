/** Files of a layer, and their bytes before compression. */
export interface PartCount {
  readonly files: number;
  readonly bytes: number;
}

/** How the files of a layer came into its gzip stream: taken over as they lie deflated in a wheel, or run through our compressor. */
export interface LayerParts {
  readonly spliced: PartCount;
  readonly compressed: PartCount;
}

/** The parts in a parsed record or annotation; undefined if it has another shape. */
export function asLayerParts(value: unknown): LayerParts | undefined {
  const { spliced, compressed } = (value ?? {}) as Partial<Record<keyof LayerParts, unknown>>;
  const [own, other] = [asCount(spliced), asCount(compressed)];
  return own === undefined || other === undefined ? undefined : { spliced: own, compressed: other };
}

function asCount(value: unknown): PartCount | undefined {
  const { files, bytes } = (value ?? {}) as Partial<Record<keyof PartCount, unknown>>;
  return isCount(files) && isCount(bytes) ? { files, bytes } : undefined;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
