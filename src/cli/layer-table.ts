import { counted } from '../count.ts';
import type { LayerLine, LayerMaking } from '../inspect/index.ts';
import { leastSplice } from '../tar/index.ts';
import { formatSize, formatTable } from './format.ts';

/** `inspect --layers` for people: one line per layer, and below it how the layer was made. */
export function layerTable(layers: readonly LayerLine[]): string {
  const rows = layers.map((layer) => [
    layer.digest.slice(7, 19),
    formatSize(layer.size),
    formatSize(layer.tarSize),
    layer.recipe?.slice(7, 19) ?? 'of the base',
    layer.comment,
  ]);
  const [head = '', ...lines] = formatTable([['digest', 'size', 'unpacked', 'recipe', 'contents'], ...rows], [1, 2]).split('\n');
  const explained = lines.flatMap((line, index) => [line, `  ${makingText(layers[index]?.making)}`]);
  return `${[head, ...explained].join('\n')}\n`;
}

function makingText(making: LayerMaking | undefined): string {
  if (making === undefined || making.way === 'base') return 'from the base image';
  if (making.way !== 'spliced') return `${making.way}: ${making.why}`;
  const { spliced, compressed } = making;
  const [bytes, files] = [spliced.bytes + compressed.bytes, spliced.files + compressed.files];
  const share = `${percent(spliced.bytes, bytes)} of ${formatSize(bytes)} as it lies in the wheels`;
  return `spliced: ${share} (${spliced.files} of ${counted(files, 'file')}, those of ${leastSplice / 1024} KiB and more compressed)`;
}

/** Whole percents; 0 and 100 only where they are exact. */
function percent(part: number, whole: number): string {
  if (part === whole) return '100 %';
  return `${Math.min(99, Math.max(1, Math.round((100 * part) / whole)))} %`;
}
