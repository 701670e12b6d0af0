import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { layerTar } from '../src/sources/index.ts';
import { prepareRoot } from '../test/e2e/chroot.ts';
import { measured } from './measured.ts';
import { imageIn } from './sizes.ts';

/** Read-only, so that no run leaves bytecode to the next; /tmp can be written. */
const enterReadOnly = `set -e
mount --bind "$0" "$0"; mount -o remount,bind,ro "$0"; mount -t proc proc "$0/proc"; mount -t tmpfs tmpfs "$0/tmp"
exec env -i PATH=/app/.venv/bin:/usr/bin:/bin HOME=/tmp SITE_DATA=/tmp /usr/sbin/chroot "$0" "$@"`;

/** Seconds of whole Python processes that run some code in the image of a layout. */
export async function startupSeconds(layout: string, { code, runs }: { readonly code: string; readonly runs: number }): Promise<number[]> {
  const root = await mkdtemp(join(tmpdir(), 'wherry-startup-'));
  try {
    await unpack(layout, root);
    await prepareRoot(root);
    const python = ['/app/.venv/bin/python', '-c', code];
    const command = ['unshare', '--mount', '--propagation', 'private', '/bin/sh', '-c', enterReadOnly, root, ...python];
    await measured(command);
    const seconds: number[] = [];
    for (let run = 0; run < runs; run += 1) seconds.push((await measured(command)).wall);
    return seconds;
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

/** Every layer in turn; Wherry's layers take nothing away, so there are no whiteouts to obey. */
async function unpack(layout: string, root: string): Promise<void> {
  const image = await imageIn(layout);
  for (const layer of image.layers) {
    const tar = spawn('tar', ['-x', '-p', '-C', root], { stdio: ['pipe', 'ignore', 'inherit'] });
    const ended = new Promise<number | null>((done) => tar.once('close', done));
    await pipeline(Readable.from(layerTar(image, layer)), tar.stdin);
    if ((await ended) !== 0) throw new Error(`tar cannot unpack ${layer.digest}`);
  }
}
