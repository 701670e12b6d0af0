import { counted } from '../count.ts';
import { imagesOf } from '../image/index.ts';
import type { Image, ImageIndex } from '../image/types.ts';
import type { PlannedImage } from '../pipeline.ts';
import type { PutResult } from '../sinks/types.ts';
import { formatDuration, formatSize } from './format.ts';
import type { Palette } from './render/palette.ts';

export interface SummaryInput {
  readonly planned: PlannedImage;
  readonly image: Image | ImageIndex;
  readonly results: readonly PutResult[];
  /** Layers that were in the store. */
  readonly reused: number;
  readonly milliseconds: number;
}

/** The last lines of a build: size, reuse, time, what was left out, what to do next. */
export function buildSummary({ planned, image, results, reused, milliseconds }: SummaryInput, palette: Palette): string {
  const images = imagesOf(image);
  const layers = images.flatMap((item) => item.layers);
  const size = new Map(layers.map((layer) => [layer.digest, layer.size]));
  const total = [...size.values()].reduce((sum, bytes) => sum + bytes, 0);
  const platforms = images.map((item) => `${item.platform.os}/${item.platform.architecture}`).join(', ');
  const lines = [
    `${palette.bold(planned.config.name)} ${platforms}  ${formatSize(total)} in ${counted(size.size, 'layer')}, ${reused} reused, ${formatDuration(milliseconds)}`,
    ...planned.plans.slice(0, 1).map((plan) => `  start: ${plan.config.command.join(' ')}  ${palette.dim(`(${plan.explain.start})`)}`),
    ...leftOut(planned),
    ...results.map(resultLine),
    ...(results.length === 0 ? [palette.dim(`  kept in the store; next: wherry run, or wherry build --load`)] : []),
  ];
  return `${lines.join('\n')}\n`;
}

/** What a destination was given; of a registry also what it had already. */
function resultLine({ location, bytesWritten, layers }: PutResult): string {
  if (layers === undefined) return `  wrote ${location} (${formatSize(bytesWritten)})`;
  if (bytesWritten === 0 && layers.mounted === 0) return `  pushed ${location}: it was there already`;
  const counts = [`${counted(layers.sent, 'layer')} sent`, `${layers.mounted} mounted`, `${layers.reused} there already`];
  return `  pushed ${location}: ${formatSize(bytesWritten)}, ${counts.filter((text) => !text.startsWith('0 ')).join(', ')}`;
}

const shown = 8;
/** `plan` gives these reasons to what is in the image in another form; it is no news here. */
const installedReason = 'the project is installed as a package';
const memberReason = 'workspace member ';

function leftOut({ plans }: PlannedImage): string[] {
  const installed = new Set(plans[0]?.selection.packages.map((item) => `${memberReason}${item.name}`)).add(installedReason);
  const entries = (plans[0]?.explain.leftOut ?? []).filter((entry) => !installed.has(entry.reason));
  if (entries.length === 0) return [];
  const names = entries
    .slice(0, shown)
    .map((entry) => entry.path)
    .join(', ');
  return [`  not in the image: ${names}${entries.length > shown ? ` and ${entries.length - shown} more (wherry plan --explain)` : ''}`];
}
