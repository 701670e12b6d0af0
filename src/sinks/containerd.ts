import type { Readable } from 'node:stream';
import { type Containerd, containerd } from '../daemons/index.ts';
import { ToolError } from '../errors/index.ts';
import type { Image } from '../image/index.ts';
import { hostPlatform, platformName } from '../platform.ts';
import type { DaemonOptions } from './daemon.ts';
import { namesOf } from './names.ts';
import { sendPartly } from './partly.ts';
import { platformImage } from './platform.ts';
import type { Sink } from './types.ts';

/**
 * Imports an image into a namespace of containerd (CONTAINERD_NAMESPACE, else `default`) and unpacks it. Layers that the namespace has are not sent.
 * It gets its names when every blob is there. Of an index the platform of this machine is taken: containerd listens nowhere else. Throws DAEMON_UNREACHABLE, DAEMON_REFUSED and IMAGE_NOT_FOUND.
 */
export function containerdSink({ env, emit }: Pick<DaemonOptions, 'env' | 'emit'>): Sink {
  return {
    name: 'containerd',
    async put(image, { references, signal }) {
      const daemon = containerd(env, signal);
      const chosen = platformImage(image, hostPlatform.architecture);
      const blobs = await daemon.blobs();
      const held = new Set(chosen.layers.map((layer) => layer.digest).filter((digest) => blobs.has(digest)));
      const names = namesOf(chosen, references).map((name) => name.full);
      const bytesWritten = await sendPartly({ image: chosen, held, name: 'containerd', emit }, (archive) =>
        importAs(daemon, archive, { image: chosen, names }),
      );
      return { location: `containerd:${names[0]}`, bytesWritten };
    },
  };
}

interface Imported {
  readonly image: Image;
  readonly names: readonly string[];
}

/** Under a name of its own first, which is removed at the end, also that of an import that failed. */
async function importAs(daemon: Containerd, archive: Readable, { image, names }: Imported): Promise<void> {
  const { digest } = image.descriptor;
  const temporary = daemon.importName(digest);
  try {
    await daemon.import(archive, platformName(image.platform));
    await verify(daemon, temporary, image);
    for (const name of names) await daemon.tag(temporary, name);
    for (const name of names) await verify(daemon, name, image);
  } finally {
    await daemon.remove(temporary);
  }
}

async function verify(daemon: Containerd, name: string, image: Image): Promise<void> {
  const found = await daemon.check(name);
  if (found?.digest === image.descriptor.digest && found.complete && found.unpacked) return;
  const state =
    found === undefined
      ? 'is not there'
      : `is ${found.digest}${found.complete ? '' : ', incomplete'}${found.unpacked ? '' : ', not unpacked'}`;
  throw new ToolError('DAEMON_REFUSED', `containerd did not take ${image.name} as a whole: ${name} ${state}`, {
    hint: 'look at its log; often its disk is full',
  });
}
