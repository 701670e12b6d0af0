import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { Context } from '../context.ts';
import { type Digest, hexOf } from '../digest.ts';
import { ToolError } from '../errors/index.ts';

export interface CopyOptions {
  readonly ctx: Pick<Context, 'store' | 'signal'>;
  /** The error of a file that cannot be read, or without a cause, of one with other bytes. */
  readonly fail: (cause?: unknown) => ToolError;
}

/** Copies a file of this machine into the store under the digest that was promised; nothing of other bytes is kept. */
export async function copyFile(path: string, digest: Digest, { ctx, fail }: CopyOptions): Promise<void> {
  const writer = await ctx.store.writer();
  const hash = createHash('sha256');
  try {
    for await (const chunk of pieces(path)) {
      ctx.signal.throwIfAborted();
      hash.update(chunk);
      await writer.write(chunk);
    }
    if (hash.digest('hex') !== hexOf(digest)) throw fail();
    await writer.commit(digest);
  } catch (error) {
    throw error instanceof ToolError ? error : fail(error);
  } finally {
    await writer.abort();
  }
}

/** A file's bytes, each piece valid until the next is asked for. */
async function* pieces(path: string): AsyncGenerator<Uint8Array> {
  const file = await open(path);
  const buffer = Buffer.allocUnsafeSlow(1024 * 1024);
  try {
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length, null);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}
