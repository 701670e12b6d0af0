import { z } from 'zod';
import { hexOf } from '../../digest.ts';
import { ToolError } from '../../errors/index.ts';
import type { Descriptor } from '../../image/types.ts';
import { memoryOf } from '../context.ts';
import { unlessMissing } from '../failure.ts';
import { parseIndexLoosely } from '../manifest.ts';
import { mediaTypes } from '../media.ts';
import type { BlobPlace } from '../presence.ts';
import { getManifest } from '../pull.ts';
import { formatReference, type Reference } from '../reference.ts';
import type { Transport, Wire } from '../transport.ts';
import { putManifest } from './put.ts';

/** The tag that lists referrers where there is no API (distribution-spec, "Referrers Tag Schema"). */
function fallbackTag({ repository, digest }: BlobPlace): Reference {
  return { ...repository, tag: `sha256-${hexOf(digest)}`, digest: undefined };
}

/** The referrers that the fallback tag lists; none if there is no such tag, or if it is something else than a list. */
export async function readFallbackTag(transport: Transport, subject: BlobPlace): Promise<readonly Descriptor[]> {
  const bytes = await readTag(transport, fallbackTag(subject));
  return (bytes === undefined ? undefined : parseIndexLoosely(bytes)) ?? [];
}

/**
 * Adds a referrer to the fallback tag: read, add, write, and look again, because another writer may have read the same list. Errors:
 * REGISTRY_PROTOCOL if the referrer was lost twice or the tag is no list, and those of reading and writing manifests.
 */
export async function addToFallbackTag(wire: Wire, subject: BlobPlace, referrer: Descriptor): Promise<void> {
  const { changes } = memoryOf(wire.context.http);
  const key = formatReference(fallbackTag(subject));
  const change = (changes.get(key) ?? Promise.resolve()).then(async () => await add(wire, fallbackTag(subject), referrer));
  const settled = change.catch(() => undefined);
  changes.set(key, settled);
  await change.finally(() => changes.get(key) === settled && changes.delete(key));
}

const maxWrites = 2;

async function add(wire: Wire, reference: Reference, referrer: Descriptor): Promise<void> {
  for (let writes = 0; ; writes++) {
    const list = await readList(wire.transport, reference);
    if (list.manifests.some(({ digest }) => digest === referrer.digest)) return;
    if (writes === maxWrites) throw lost(reference);
    const bytes = Buffer.from(JSON.stringify({ ...list, manifests: [...list.manifests, referrer] }));
    await putManifest(wire, reference, { mediaType: mediaTypes.index, bytes });
  }
}

// Kept as it is but for what is added: other tools may have written fields that are not known here.
const listSchema = z.looseObject({ manifests: z.array(z.looseObject({ digest: z.string() })) });

async function readList(transport: Transport, reference: Reference): Promise<z.infer<typeof listSchema>> {
  const bytes = await readTag(transport, reference);
  if (bytes === undefined) return { schemaVersion: 2, mediaType: mediaTypes.index, manifests: [] };
  try {
    return listSchema.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
  } catch {
    throw new ToolError('REGISTRY_PROTOCOL', `${formatReference(reference)} is no list of referrers and is left alone`, {
      hint: 'remove that tag, or use a registry with the referrers API',
    });
  }
}

async function readTag(transport: Transport, reference: Reference): Promise<Uint8Array | undefined> {
  return (await getManifest(transport, reference).catch(unlessMissing))?.bytes;
}

function lost(reference: Reference): ToolError {
  return new ToolError('REGISTRY_PROTOCOL', `${formatReference(reference)} does not keep what is added to it`, {
    hint: 'another process changes the same list; run the command again when it is done',
  });
}
