import type { Readable } from 'node:stream';
import { counted } from '../count.ts';
import type { Digest } from '../digest.ts';
import { ToolError } from '../errors/index.ts';
import type { Emit } from '../events.ts';
import type { Image } from '../image/index.ts';
import { archiveSize, archiveStream } from './archive.ts';

export interface Partly {
  readonly image: Image;
  /** Layers that the daemon has. */
  readonly held: ReadonlySet<Digest>;
  /** Of the daemon, for the note. */
  readonly name: string;
  readonly emit: Emit | undefined;
}

/**
 * Sends the archive of an image, without names and without what the daemon holds. If the daemon then refuses, because something was removed since
 * the look, sends all of it. `receive` loads an archive and proves that the image is there. Gives the bytes that were sent.
 */
export async function sendPartly({ image, held, name, emit }: Partly, receive: (archive: Readable) => Promise<void>): Promise<number> {
  const part = { names: [], without: held };
  const whole = { names: [] };
  try {
    await receive(archiveStream(image, part));
    return archiveSize(image, part);
  } catch (error) {
    if (held.size === 0 || !(error instanceof ToolError) || error.code !== 'DAEMON_REFUSED') throw error;
    const message = `${name} could not use the ${counted(held.size, 'layer')} that it had (${error.message}); sending all of them`;
    emit?.({ type: 'note', message });
  }
  await receive(archiveStream(image, whole));
  return archiveSize(image, part) + archiveSize(image, whole);
}
