import type { BuiltWheel } from '../backend/index.ts';
import { type Digest, isDigest } from '../digest.ts';
import type { Store } from '../store/index.ts';

/** A built wheel in the store. */
export interface KeptWheel {
  readonly sha256: Digest;
  readonly filename: string;
}

const kind = 'built';

/** The wheel of a build that was done before, if the store still has it. */
export async function keptWheel(id: Digest, store: Store): Promise<KeptWheel | undefined> {
  const known = asKept(await store.document(kind, id));
  return known !== undefined && (await store.has(known.sha256)) !== undefined ? known : undefined;
}

/** Puts a wheel into the store, and notes which build made it. */
export async function keepWheel(id: Digest, { name, bytes }: Pick<BuiltWheel, 'name' | 'bytes'>, store: Store): Promise<KeptWheel> {
  const wheel = { sha256: await store.put(bytes), filename: name };
  await store.putDocument(kind, id, wheel);
  return wheel;
}

function asKept(value: unknown): KeptWheel | undefined {
  const { sha256, filename } = (value ?? {}) as { readonly sha256?: unknown; readonly filename?: unknown };
  return typeof sha256 === 'string' && isDigest(sha256) && typeof filename === 'string' ? { sha256, filename } : undefined;
}
