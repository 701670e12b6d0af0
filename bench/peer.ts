import { createReadStream, existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGzip } from 'node:zlib';
import { readTar } from '../src/tar/index.ts';
import { debianRoot } from '../test/debianRoot.ts';
import { prepareRoot } from '../test/e2e/chroot.ts';
import { run } from '../test/e2e/command.ts';
import { syncWithUv } from '../test/e2e/uvTree.ts';
import type { PartSizes, Size } from './types.ts';

const python = '/usr/bin/python3.13';

/** As the official slim images are cleaned: no documentation but licences, no translations, no package lists, no logs, no bytecode. */
const slim = [
  'find "$1/usr/share/doc" -type f ! -name copyright -delete; find "$1/usr/share/doc" -type l -delete; find "$1/usr/share/doc" -empty -delete',
  'rm -rf "$1"/usr/share/man/* "$1"/usr/share/info/* "$1"/usr/share/groff "$1"/usr/share/lintian "$1"/usr/share/linda',
  'find "$1/usr/share/locale" -mindepth 1 -maxdepth 1 -type d -exec rm -rf {} +',
  'rm -rf "$1"/var/lib/apt/lists/* "$1"/var/cache/apt/* "$1"/var/cache/debconf/*-old "$1"/var/log/*',
  'find "$1/usr/lib" -name __pycache__ -type d -prune -exec rm -rf {} +',
];

/** The stand-in of python:3.13-slim: trixie's minimal system with its Python, configured by apt and dpkg. The path of its tar. */
export async function peerBase(): Promise<string> {
  return await debianRoot({ suite: 'trixie', packages: ['python3', 'ca-certificates', 'netbase', 'tzdata'], hooks: slim });
}

/** Sizes of what the usual uv Dockerfile makes: base, `uv sync --locked --no-dev --no-editable` without bytecode, and the copied project. */
export async function peerSizes(project: string): Promise<PartSizes> {
  const base = await peerBase();
  const work = await mkdtemp(join(tmpdir(), 'wherry-peer-'));
  try {
    const root = join(work, 'root');
    await mkdir(root);
    await run(['tar', '-x', '-f', base, '-C', root, '--exclude=./dev/*']);
    await prepareRoot(root);
    await syncWithUv(project, { root, python });
    const dependencies = join(work, 'dependencies.tar');
    await run(['tar', '-c', '-f', dependencies, '--sort=name', '-C', root, '--exclude=__pycache__', 'app/.venv']);
    return { base: await sizeOfTar(base), dependencies: await sizeOfTar(dependencies), app: await sizeOfTar(await appTar(project, work)) };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** `COPY . /app` of a clean checkout. */
async function appTar(project: string, work: string): Promise<string> {
  const file = join(work, 'app.tar');
  const listed = (await run(['git', '-C', project, 'ls-files', '--cached', '--others', '--exclude-standard', '-z', '.'])).split('\0');
  const names = [...listed, 'uv.lock'].filter((name) => name !== '' && existsSync(join(project, name)));
  await run(['tar', '-c', '-f', file, '--sort=name', '-C', project, ...new Set(names)]);
  return file;
}

/** Bytes of all regular files in a tar, and of the tar after gzip -6. */
export async function sizeOfTar(file: string): Promise<Size> {
  let unpacked = 0;
  for await (const { header } of readTar(createReadStream(file))) if (header.type === 'file') unpacked += header.size;
  let compressed = 0;
  for await (const chunk of createReadStream(file).pipe(createGzip({ level: 6 }))) compressed += (chunk as Buffer).length;
  return { unpacked, compressed };
}
