import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { digestOf, hexOf } from '../../src/digest.ts';
import { debianRoot } from '../debianRoot.ts';
import { encode, makeImage, preparedLayer, type TestImage, type TestImageOptions, type TestLayer } from '../images.ts';
import { run } from './command.ts';
import { once } from './once.ts';

/** What a base may say of itself; an image inherits some of it and must not take over the rest. */
const config = {
  Entrypoint: ['/usr/bin/env', 'entrypoint-of-the-base'],
  Cmd: ['bash'],
  Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'LANG=C.UTF-8', 'BASE_SAYS=a=b "c" $d'],
  Labels: { 'org.example.base': 'yes' },
  ExposedPorts: { '9000/tcp': {} },
  Volumes: { '/var/lib/base': {} },
  User: 'nobody',
  WorkingDir: '/srv',
  StopSignal: 'SIGQUIT',
};

/** What no test looks at: less to send. */
const slim = 'rm -rf "$1"/usr/share/doc "$1"/usr/share/locale "$1"/usr/share/man "$1"/var/cache/apt "$1"/var/lib/apt/lists';

let root: Promise<TestLayer> | undefined;

/** Debian 12 with its Python 3.11, configured by apt and dpkg, as one layer. */
async function rootLayer(): Promise<TestLayer> {
  const root = { suite: 'bookworm', packages: ['python3', 'ca-certificates'], hooks: [slim] };
  const packed = (directory: string): string => join(directory, 'layer.tar.gz');
  const made = await once('python-base', async (directory) => {
    await writeFile(packed(directory), gzipSync(await readFile(await debianRoot(root)), { level: 1 }));
  });
  return preparedLayer(await readFile(await debianRoot(root)), await readFile(packed(made)));
}

/** A Python image of two layers; `shell: false` takes /bin/sh away again by a whiteout. */
export async function pythonBase(options: Pick<TestImageOptions, 'docker'> & { readonly shell?: boolean } = {}): Promise<TestImage> {
  root ??= rootLayer();
  const own = [
    { path: 'srv/base.txt', content: 'of the base\n' },
    { path: 'usr/share/.wh.doc', content: '' },
  ];
  const layers = [await root, options.shell === false ? [...own, { path: 'usr/bin/.wh.sh', content: '' }] : own];
  return await makeImage({ layers, config, architecture: process.arch === 'arm64' ? 'arm64' : 'amd64', docker: options.docker ?? false });
}

/** Writes an image as an OCI layout, for tools that copy it on. */
export async function writeLayout(directory: string, image: TestImage): Promise<void> {
  await writeIndexLayout(directory, [{ image }]);
}

/** The same for images of several CPUs. */
export async function writeIndexLayout(
  directory: string,
  images: readonly { readonly image: TestImage; readonly architecture?: string }[],
): Promise<void> {
  const blobs = join(directory, 'blobs/sha256');
  await mkdir(blobs, { recursive: true });
  for (const { image } of images) {
    for (const blob of [...image.blobs, image.manifest]) await writeFile(join(blobs, hexOf(digestOf(blob))), blob);
  }
  const manifests = images.map(({ image: { mediaType, digest, manifest }, architecture }) => ({
    mediaType,
    digest,
    size: manifest.length,
    ...(architecture !== undefined && { platform: { os: 'linux', architecture } }),
  }));
  await writeFile(join(directory, 'index.json'), encode({ schemaVersion: 2, manifests }));
  await writeFile(join(directory, 'oci-layout'), encode({ imageLayoutVersion: '1.0.0' }));
}

/** Pushes an image into a real registry with skopeo, in OCI or Docker media types. */
export async function push(
  image: TestImage,
  { directory, reference, docker }: { readonly directory: string; readonly reference: string; readonly docker: boolean },
): Promise<void> {
  await writeLayout(directory, image);
  const flags = [
    '--insecure-policy',
    '--quiet',
    '--dest-tls-verify=false',
    '--dest-creds=user:secret',
    '--format',
    docker ? 'v2s2' : 'oci',
  ];
  await run(['skopeo', 'copy', ...flags, `oci:${directory}`, `docker://${reference}`]);
}
