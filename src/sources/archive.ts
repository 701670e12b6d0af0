import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { posix } from 'node:path';
import { asDigest } from '../digest.ts';
import { ToolError } from '../errors/index.ts';
import { type BlobSource, describe, ociMedia, parseConfig } from '../image/index.ts';
import { canonicalJson } from '../json.ts';
import { layoutPath } from '../layout-path.ts';
import { blockSize, HeaderParser, padding, type TarHeader } from '../tar/index.ts';
import { indexPlace } from './layout.ts';
import type { ImagePlace, PlaceEntry } from './place.ts';
import { blobReader, inMemory } from './small.ts';
import { verified } from './verified.ts';

/** Where a member's bytes lie in the archive. */
interface Member {
  readonly offset: number;
  readonly size: number;
}

type Members = ReadonlyMap<string, Member>;

/**
 * What a tar holds: an OCI layout (ours, `docker save` ≥ 25, `podman save --format oci-archive`), or the older form of `docker save`, whose
 * manifest is made up from its plain layers. Throws IMAGE_NOT_FOUND and IMAGE_INVALID.
 */
export async function openArchive(file: string): Promise<ImagePlace> {
  const members = await scan(file);
  const [index, manifest] = [members.get('index.json'), members.get('manifest.json')];
  if (index !== undefined) return indexPlace(await readMember(file, index), `tar:${file}`, archiveBlobs(file, members));
  if (manifest === undefined) throw damaged(file, 'it holds neither index.json nor manifest.json');
  return openDockerArchive(file, members, await readMember(file, manifest));
}

interface DockerEntry {
  readonly Config: string;
  readonly RepoTags?: readonly string[] | null;
  readonly Layers: readonly string[];
}

async function openDockerArchive(file: string, members: Members, manifest: Uint8Array): Promise<ImagePlace> {
  const images: DockerEntry[] = JSON.parse(new TextDecoder().decode(manifest));
  const located = new Map<string, Member>();
  const made = new Map<string, Uint8Array>();
  const entries: PlaceEntry[] = [];
  for (const entry of images) {
    const bytes = await madeUpManifest(entry, { file, members, located });
    const descriptor = describe(ociMedia.manifest, bytes);
    made.set(descriptor.digest, bytes);
    entries.push({ names: entry.RepoTags ?? [], descriptor });
  }
  const stored = archiveBlobs(file, located);
  const open: BlobSource['open'] = async (blob) => {
    const bytes = made.get(blob.digest);
    return bytes === undefined ? await stored.open(blob) : inMemory(bytes);
  };
  return { name: `tar:${file}`, entries, reader: blobReader({ open }, `tar:${file}`) };
}

interface DockerArchive {
  readonly file: string;
  readonly members: Members;
  /** Where blobs lie, by their path in a layout; is added to. */
  readonly located: Map<string, Member>;
}

/** Layers of this form are not compressed, so that their digest is the DiffID. */
async function madeUpManifest(entry: DockerEntry, { file, members, located }: DockerArchive): Promise<Uint8Array> {
  const member = (path: string): Member => {
    const found = members.get(path);
    if (found === undefined) throw damaged(file, `it lacks ${path}`);
    return found;
  };
  const config = await readMember(file, member(entry.Config));
  const { diff_ids } = parseConfig(config, entry.RepoTags?.[0] ?? `tar:${file}`).rootfs;
  if (diff_ids.length !== entry.Layers.length) throw damaged(file, 'its configuration and manifest disagree on the number of layers');
  const configDescriptor = describe(ociMedia.config, config);
  located.set(layoutPath(configDescriptor.digest), member(entry.Config));
  const layers = entry.Layers.map((path, position) => {
    const digest = asDigest(diff_ids[position] ?? '');
    located.set(layoutPath(digest), member(path));
    return { mediaType: ociMedia.layerTar, digest, size: member(path).size };
  });
  return Buffer.from(canonicalJson({ schemaVersion: 2, mediaType: ociMedia.manifest, config: configDescriptor, layers }));
}

/** Offsets of all members, read by skipping over contents; links point at the member that they name. */
async function scan(file: string): Promise<Members> {
  const handle = await open(file).catch((cause: unknown) => {
    throw new ToolError('IMAGE_NOT_FOUND', `cannot open the archive ${file}`, { hint: 'check the path', cause });
  });
  try {
    return await scanMembers(handle, file);
  } finally {
    await handle.close();
  }
}

async function scanMembers(handle: FileHandle, file: string): Promise<Members> {
  const members = new Map<string, Member>();
  const parser = new HeaderParser();
  for (let at = 0; ; ) {
    const block = await readAt(handle, { offset: at, size: blockSize });
    if (block.length === 0) return members;
    if (block.length < blockSize) throw damaged(file, 'it ends in the middle');
    if (at === 0 && block[0] === 0x1f && block[1] === 0x8b) throw damaged(file, 'it is compressed; decompress it first');
    at += blockSize;
    const step = parser.step(block);
    if (step.kind === 'end') return members;
    const size = step.kind === 'entry' ? step.header.size : step.size;
    if (step.kind === 'extension') parser.extend(step.flag, await readAt(handle, { offset: at, size }));
    if (step.kind === 'entry') {
      const { path } = step.header;
      const target = linkTarget(step.header);
      const member = target === undefined ? { offset: at, size } : members.get(target);
      if (member !== undefined) members.set(path, member);
    }
    at += size + padding(size).length;
  }
}

/** Old `docker save` writes a repeated layer as a link `../ID/layer.tar`. */
function linkTarget({ type, path, linkname }: TarHeader): string | undefined {
  if (type === 'hardlink') return linkname;
  return type === 'symlink' ? posix.join(posix.dirname(path), linkname) : undefined;
}

async function readAt(handle: FileHandle, { offset, size }: Member): Promise<Uint8Array> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(size), 0, size, offset);
  return buffer.subarray(0, bytesRead);
}

/** The largest index, manifest or configuration that is read into memory. */
const mostBytes = 16 * 1024 * 1024;

async function readMember(file: string, member: Member): Promise<Uint8Array> {
  if (member.size > mostBytes) throw damaged(file, 'a manifest or configuration is too large');
  const handle = await open(file);
  try {
    return await readAt(handle, member);
  } finally {
    await handle.close();
  }
}

function archiveBlobs(file: string, members: Members): BlobSource {
  return {
    async open(blob) {
      const member = members.get(layoutPath(blob.digest));
      if (member === undefined) throw damaged(file, `it lacks the blob ${blob.digest}`);
      const end = member.offset + member.size - 1;
      return verified(member.size === 0 ? emptyBytes() : createReadStream(file, { start: member.offset, end }), blob);
    },
  };
}

async function* emptyBytes(): AsyncGenerator<Uint8Array> {}

function damaged(file: string, reason: string): ToolError {
  return new ToolError('IMAGE_INVALID', `cannot read the archive ${file}: ${reason}`, { hint: 'make or copy the image again' });
}
