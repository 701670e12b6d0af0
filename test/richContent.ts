import { gzipSync, zstdCompressSync } from 'node:zlib';
import { type Digest, digestOf } from '../src/digest.ts';
import { type Descriptor, dockerMedia, ociMedia } from '../src/image/index.ts';
import { tarOf } from './images.ts';

/** Everything that a tag can stand for, by digest: documents and blobs. */
export interface RichContent {
  readonly bytes: ReadonlyMap<Digest, Uint8Array>;
  readonly root: Descriptor;
  /** A signature of the index, which is not part of it. */
  readonly signature: Descriptor;
  /** An SBOM of the amd64 image, and a signature of that SBOM. */
  readonly sbom: Descriptor;
  readonly sbomSignature: Descriptor;
  readonly foreign: Descriptor;
  readonly platforms: Readonly<Record<'amd64' | 'arm64' | 'windows', Descriptor>>;
}

/** `reduced` leaves out what docker-archive readers and older registries refuse: foreign layers, and artifacts inside of an index. */
export interface RichOptions {
  readonly docker?: boolean;
  readonly reduced?: boolean;
}

const dockerForeign = 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip';
const ociForeign = 'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip';
const emptyType = 'application/vnd.oci.empty.v1+json';

/**
 * An index with images of three platforms (one with a zstd layer, one with a foreign layer), an attestation as BuildKit writes it and an
 * artifact with `data` fields; and manifests that refer to it. The JSON is written with spaces, as other tools do.
 */
export async function richContent({ docker = false, reduced = false }: RichOptions = {}): Promise<RichContent> {
  const bytes = new Map<Digest, Uint8Array>();
  const types = docker ? dockerMedia : ociMedia;
  const put = (mediaType: string, content: Uint8Array): Descriptor => {
    const digest = digestOf(content);
    bytes.set(digest, content);
    return { mediaType, digest, size: content.length };
  };
  const document = (mediaType: string, value: object): Descriptor =>
    put(mediaType, Buffer.from(`${JSON.stringify({ schemaVersion: 2, mediaType, ...value }, null, 3)}\n`));
  const layer = async (name: string, zstd = false): Promise<{ descriptor: Descriptor; diffId: Digest }> => {
    const tar = await tarOf([{ path: name, content: `${name}\n`.repeat(2000) }]);
    const descriptor = zstd ? put(ociMedia.layerZstd, zstdCompressSync(tar)) : put(types.layerGzip, gzipSync(tar));
    return { descriptor, diffId: digestOf(tar) };
  };
  const image = (platform: object, layers: readonly { descriptor: Descriptor; diffId: Digest }[], annotated: object = {}): Descriptor => {
    const config = { ...platform, config: {}, rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) } };
    const manifest = document(types.manifest, {
      config: put(types.config, Buffer.from(JSON.stringify(config))),
      layers: layers.map(({ descriptor }) => descriptor),
      ...annotated,
    });
    return { ...manifest, platform: platform as { os: string; architecture: string } };
  };
  const artifact = (value: object): Descriptor => {
    const nothing = put(emptyType, Buffer.from('{}'));
    return document(ociMedia.manifest, { config: { ...nothing, data: 'e30=' }, layers: [{ ...nothing, data: 'e30=' }], ...value });
  };

  const shared = await layer('shared.txt');
  const annotated = docker ? {} : { annotations: { 'org.opencontainers.image.title': 'rich', 'com.example.note': 'größer' } };
  const amd64 = image({ os: 'linux', architecture: 'amd64' }, [shared, await layer('amd64.txt', !docker)], annotated);
  const arm64 = image({ os: 'linux', architecture: 'arm64', variant: 'v8' }, [shared, await layer('arm64.txt')]);
  const far = {
    mediaType: docker ? dockerForeign : ociForeign,
    digest: digestOf('far away'),
    size: 8,
    urls: ['https://layers.example/far'],
  };
  const windows = image({ os: 'windows', architecture: 'amd64', 'os.version': '10.0.20348.1' }, [
    ...(reduced ? [] : [{ descriptor: far, diffId: digestOf('far away') }]),
    await layer('windows.txt'),
  ]);
  const statement = put('application/vnd.in-toto+json', Buffer.from('{"_type":"https://in-toto.io/Statement/v1"}'));
  const attestation = document(ociMedia.manifest, {
    config: put(ociMedia.config, Buffer.from('{"architecture":"unknown","os":"unknown","rootfs":{"type":"layers","diff_ids":[]}}')),
    layers: [{ ...statement, annotations: { 'in-toto.io/predicate-type': 'https://slsa.dev/provenance/v1' } }],
  });
  const attested = {
    ...attestation,
    platform: { os: 'unknown', architecture: 'unknown' },
    annotations: { 'vnd.docker.reference.type': 'attestation-manifest', 'vnd.docker.reference.digest': amd64.digest },
  };
  const chart = { ...artifact({ artifactType: 'application/vnd.example.chart' }), artifactType: 'application/vnd.example.chart' };
  const root = document(types.index, {
    manifests: docker ? [amd64, arm64, windows] : [amd64, arm64, windows, attested, ...(reduced ? [] : [chart])],
    ...(docker ? {} : { annotations: { 'com.example.index': 'yes' } }),
  });

  const bare = ({ mediaType, digest, size }: Descriptor): Descriptor => ({ mediaType, digest, size });
  const refer = (artifactType: string, subject: Descriptor): Descriptor => ({
    ...artifact({ artifactType, subject: bare(subject), annotations: { 'com.example.of': subject.digest } }),
    artifactType,
    annotations: { 'com.example.of': subject.digest },
  });
  const signature = refer('application/vnd.example.signature', root);
  const sbom = refer('application/spdx+json', amd64);
  const sbomSignature = refer('application/vnd.example.signature', sbom);
  return { bytes, root, signature, sbom, sbomSignature, foreign: far, platforms: { amd64, arm64, windows } };
}
