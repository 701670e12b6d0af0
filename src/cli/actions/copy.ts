import type { Context } from '../../context.ts';
import { counted } from '../../count.ts';
import { packLayers, pickManifest } from '../../sources/index.ts';
import { stage } from '../../stage.ts';
import type { CopyFlags } from '../commands/copy.ts';
import { type Copied, type CopySource, destinationOf } from '../destination.ts';
import { formatSize } from '../format.ts';
import { openPlace } from '../open-image.ts';
import type { Terminal } from '../terminal.ts';

/** `wherry copy`: from one place to another, byte for byte. */
export async function runCopy(names: { readonly from: string; readonly to: string }, flags: CopyFlags, terminal: Terminal): Promise<void> {
  const ctx = await terminal.context();
  const options = { ctx, directory: terminal.cwd };
  const destination = destinationOf(names.to, options);
  const referrers = flags.referrers === true;
  await destination.check({ referrers });
  const opened = await openPlace(names.from, options);
  const { place, entry } = opened;
  const input = { name: place.name, descriptor: entry.descriptor, reader: place.reader };
  const descriptor = flags.platform === undefined ? entry.descriptor : await pickManifest(input, flags.platform);
  const packed = opened.fromDaemon && destination.keepsBytes ? await packLayers(place, descriptor, ctx) : { place, descriptor };
  const source = { ...opened, ...packed, referrers };
  const copied = await stage(ctx, 'sinks', () => destination.put(source), noteOf);
  if (!source.referrers && copied.unchanged !== true) await noteReferrers(source, ctx);
  terminal.finish();
  if (names.to !== 'tar:-') terminal.out(outputLine(source, copied, terminal));
}

function outputLine({ descriptor }: CopySource, copied: Copied, terminal: Terminal): string {
  const { digest, mediaType, size } = descriptor;
  if (!terminal.json()) return `${copied.name}@${digest}\n`;
  return `${JSON.stringify({ schemaVersion: 1, ...copied, unchanged: copied.unchanged === true, digest, mediaType, size })}\n`;
}

function noteOf({ location, bytes, blobs, unchanged, referrers = 0 }: Copied): string {
  if (unchanged === true) return `${location} is this image already`;
  const what =
    blobs === undefined
      ? `${formatSize(bytes)} written`
      : `${counted(blobs.uploaded, 'blob')} sent (${formatSize(bytes)}), ${blobs.mounted} mounted, ${blobs.present} there already`;
  return `${location}  ${what}${referrers === 0 ? '' : `, ${counted(referrers, 'referrer')}`}`;
}

/** Signatures stay behind without --referrers, which is said; that this cannot be asked is no fault of the copy. */
async function noteReferrers({ place, descriptor }: CopySource, ctx: Context): Promise<void> {
  const found = (await place.reader.referrers?.(descriptor.digest).catch(() => undefined)) ?? [];
  if (found.length === 0) return;
  const types = [...new Set(found.map(({ artifactType }) => artifactType ?? 'of unknown type'))].join(', ');
  ctx.emit({
    type: 'note',
    message: `${found.length === 1 ? 'one manifest refers' : `${found.length} manifests refer`} to the source and stayed there: ${types}`,
    hint: 'copy them too with --referrers',
  });
}
