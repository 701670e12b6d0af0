import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Context } from '../../src/context.ts';
import { digestOf, hexOf } from '../../src/digest.ts';
import { assembleIndex, type Descriptor, type Image } from '../../src/image/index.ts';
import { layoutSink } from '../../src/sinks/index.ts';
import { startRegistry } from '../registry/index.ts';
import { type RichContent, richContent } from '../richContent.ts';
import { run, until } from './command.ts';
import { type Daemon, podmanEnvironment, removeMounted, startDocker, versions } from './daemons.ts';
import { type Distribution, startDistribution } from './registries.ts';
import { contextAt, host, smallImage } from './smallImage.ts';
import { filesBelow, type Outcome, startWherry, wherry } from './wherry.ts';

let directory: string;
let here: Distribution;
let there: Distribution;
const at = (name: string): string => join(directory, name);
const environment = (): Record<string, string> => ({ HOME: directory, DOCKER_CONFIG: at('login'), WHERRY_CACHE_DIR: at('store') });

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wherry-e2e-copy-'));
  here = await startDistribution(at('here'), { foreignLayers: true });
  there = await startDistribution(at('there'), { foreignLayers: true, version: '3' });
  const auth = Buffer.from('user:secret').toString('base64');
  await mkdir(at('login'));
  await writeFile(at('login/config.json'), JSON.stringify({ auths: { [here.host]: { auth }, [there.host]: { auth } } }));
  const commands = [
    ['crane', 'version'],
    ['skopeo', '--version'],
    ['docker-registry', '--version'],
    ['distribution', '--version'],
    ['podman', '--version'],
    ['dockerd', '--version'],
  ];
  console.log(await versions(commands));
});
afterAll(async () => {
  await here?.stop();
  await there?.stop();
  await removeMounted(directory);
});

/** `wherry copy` that must succeed; its line. */
async function copy(...args: string[]): Promise<string> {
  const { status, out, err } = await wherry(['copy', ...args], { env: environment(), cwd: directory });
  expect(status, err).toBe(0);
  return out.trim();
}

async function crane(...args: string[]): Promise<string> {
  return await run(['crane', ...args], { env: { DOCKER_CONFIG: at('login') } });
}

async function skopeo(command: string, ...args: string[]): Promise<string> {
  const flags = command === 'copy' ? ['--src-', '--dest-'] : ['--'];
  const access = flags.flatMap((flag) => [`${flag}tls-verify=false`, `${flag}creds=user:secret`]);
  return await run(['skopeo', '--insecure-policy', command, ...access, ...args], { cwd: directory });
}

/** A layout with the sample's root under the name `1`, written without any code of the product. */
async function writeLayout(name: string, { bytes, root }: RichContent): Promise<void> {
  await mkdir(join(at(name), 'blobs/sha256'), { recursive: true });
  for (const [digest, blob] of bytes) await writeFile(join(at(name), 'blobs/sha256', hexOf(digest)), blob);
  await writeFile(join(at(name), 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  const entry = { ...root, annotations: { 'org.opencontainers.image.ref.name': '1' } };
  await writeFile(join(at(name), 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [entry] }));
}

/** Every document that a root leads to, read by crane from a registry. */
async function documentsAt(reference: string, { root, bytes }: RichContent): Promise<void> {
  const repository = reference.replace(/:[^:/]*$/, '');
  const read = async (name: string, { digest }: Descriptor): Promise<void> => {
    const text = await crane('manifest', name);
    expect(digestOf(text)).toBe(digest);
    expect(text).toBe(Buffer.from(bytes.get(digest) ?? []).toString());
    for (const child of (JSON.parse(text) as { manifests?: Descriptor[] }).manifests ?? [])
      await read(`${repository}@${child.digest}`, child);
  };
  await read(reference, root);
}

describe.each([
  ['OCI media types, attestation, artifact, foreign layer', {}],
  ["Docker's media types, foreign layer", { docker: true }],
])('%s', (name, options) => {
  const id = 'docker' in options ? 'docker' : 'oci';
  let rich: RichContent;
  let reference: string;

  beforeAll(async () => {
    rich = await richContent(options);
    await writeLayout(`made-${id}`, rich);
    reference = `${here.host}/team/${id}:1`;
    await copy(`oci:made-${id}`, reference);
  });

  it('comes into a registry with every document and blob', async () => {
    await documentsAt(reference, rich);
    // crane cannot validate the zstd layer of amd64.
    expect(await crane('validate', '--remote', reference, '--platform', 'linux/arm64'), name).toContain('PASS');
  });

  it('goes through a registry, a layout, an archive and another registry, and stays the same', async () => {
    const steps = [reference, `oci:layout-${id}`, `tar:${id}.tar`, `${there.host}/mirror/${id}:again`];
    for (const [position, step] of steps.slice(1).entries()) {
      expect(await copy(steps[position] as string, step)).toMatch(new RegExp(`@${rich.root.digest}$`));
    }
    await documentsAt(`${there.host}/mirror/${id}:again`, rich);
    expect(await crane('digest', `${there.host}/mirror/${id}:again`)).toBe(`${rich.root.digest}\n`);
    expect(digestOf(await skopeo('inspect', '--raw', `docker://${there.host}/mirror/${id}:again`))).toBe(rich.root.digest);
  });

  it('gives another repository of a registry without a byte of a blob', async () => {
    const before = here.requests().length;
    await copy(reference, `${here.host}/team/${id}-mounted`);
    const seen = here.requests().slice(before);
    expect(seen.filter((request) => /^GET .*\/blobs\//.test(request))).toEqual([]);
    expect(seen.filter((request) => /^(?:PUT|PATCH) .*\/blobs\//.test(request))).toEqual([]);
    expect(seen.filter((request) => /^POST .*mount=sha256/.test(request))).not.toEqual([]);
    await documentsAt(`${here.host}/team/${id}-mounted:1`, rich);
  });

  it('is not sent twice', async () => {
    await copy(reference, `${there.host}/twice/${id}`);
    const [read, written] = [here.requests().length, there.requests().length];
    await copy(reference, `${there.host}/twice/${id}`);
    const requests = [...here.requests().slice(read), ...there.requests().slice(written)].map((request) => request.split(' ')[0]);
    expect(new Set(requests)).toEqual(new Set(['HEAD']));
  });
});

describe('beside other tools', () => {
  let rich: RichContent;
  beforeAll(async () => {
    // skopeo 1.9 refuses artifacts inside of an index, and copies no foreign layer.
    rich = await richContent({ reduced: true });
    await writeLayout('made-reduced', rich);
    await skopeo('copy', '--quiet', '--all', '--preserve-digests', 'oci:made-reduced:1', `docker://${here.host}/reduced:1`);
  });

  it('copies what skopeo copies: same layout, same registry', async () => {
    await skopeo('copy', '--quiet', '--all', '--preserve-digests', `docker://${here.host}/reduced:1`, 'oci:by-skopeo:1');
    await copy(`${here.host}/reduced:1`, 'oci:by-wherry');
    const blobs = (layout: string): string[] =>
      filesBelow(join(at(layout), 'blobs'))
        .map((file) => file.slice(at(layout).length))
        .toSorted();
    expect(blobs('by-wherry')).toEqual(blobs('by-skopeo'));
    for (const blob of blobs('by-wherry')) expect(readFileSync(at(`by-wherry${blob}`))).toEqual(readFileSync(at(`by-skopeo${blob}`)));
  });

  it('writes what skopeo and crane read', async () => {
    await copy(`${here.host}/reduced:1`, 'oci:read');
    await copy('oci:read', 'tar:read.tar');
    for (const place of ['oci:read:1', 'oci-archive:read.tar:1']) {
      expect(digestOf(await run(['skopeo', 'inspect', '--raw', place], { cwd: directory }))).toBe(rich.root.digest);
      await skopeo('copy', '--quiet', '--all', '--preserve-digests', place, `docker://${there.host}/back:1`);
      expect(await crane('digest', `${there.host}/back:1`)).toBe(`${rich.root.digest}\n`);
    }
  });

  it('takes the platform that crane takes', async () => {
    const line = await copy('--platform', 'linux/arm64', `${here.host}/reduced:1`, `${there.host}/arm64:1`);
    expect(line).toBe(`${there.host}/arm64@${rich.platforms.arm64.digest}`);
    await crane('copy', '--platform', 'linux/arm64', `${here.host}/reduced:1`, `${there.host}/arm64-crane:1`);
    expect(await crane('digest', `${there.host}/arm64-crane:1`)).toBe(await crane('digest', `${there.host}/arm64:1`));
  });

  it('takes signatures and SBOMs along, to be found by their fallback tags', async () => {
    const from = await startRegistry();
    try {
      const documents = [rich.signature, rich.sbom, rich.sbomSignature];
      for (const bytes of rich.bytes.values()) from.putBlob('rich', bytes);
      const manifests = [...Object.values(rich.platforms), ...documents, rich.root];
      const index = JSON.parse(Buffer.from(rich.bytes.get(rich.root.digest) ?? []).toString()) as { manifests: Descriptor[] };
      for (const { digest, mediaType } of [...index.manifests, ...manifests]) {
        from.putManifest('rich', {
          bytes: rich.bytes.get(digest) as Uint8Array,
          mediaType,
          tags: digest === rich.root.digest ? ['1'] : [],
        });
      }
      await copy('--referrers', `${from.host}/rich:1`, `${there.host}/signed:1`);
    } finally {
      await from.close();
    }
    for (const [subject, referrer] of [
      [rich.root, rich.signature],
      [rich.platforms.amd64, rich.sbom],
      [rich.sbom, rich.sbomSignature],
    ] as const) {
      const list = JSON.parse(await crane('manifest', `${there.host}/signed:sha256-${hexOf(subject.digest)}`)) as {
        manifests: Descriptor[];
      };
      expect(list.manifests).toEqual([referrer]);
      expect(digestOf(await crane('manifest', `${there.host}/signed@${referrer.digest}`))).toBe(referrer.digest);
    }
  });
});

describe('a copy that does not end well', () => {
  it('leaves the tag alone when it is killed, and is completed by the next', async () => {
    const from = await startRegistry();
    const rich = await richContent();
    try {
      await copy(`oci:made-oci`, `${from.host}/rich:1`);
      await copy('--platform', 'linux/arm64', `${from.host}/rich:1`, `${there.host}/killed:1`);
      from.fault({ on: 'GET blob', times: 1, do: { kind: 'stall', after: 10 } });
      const running = startWherry(['copy', `${from.host}/rich:1`, `${there.host}/killed:1`], { env: environment() });
      await until('a stalled blob', () => from.count(/^GET .*\/blobs\//) > 3);
      running.child.kill('SIGKILL');
      expect((await running.ended).signal).toBe('SIGKILL');
      expect(await crane('digest', `${there.host}/killed:1`)).toBe(`${rich.platforms.arm64.digest}\n`);
      await copy(`${from.host}/rich:1`, `${there.host}/killed:1`);
      await documentsAt(`${there.host}/killed:1`, rich);
    } finally {
      await from.close();
    }
  });

  it('says that the login is missing, and reads nothing', async () => {
    const env = { ...environment(), DOCKER_CONFIG: at('nothing') };
    const outcome: Outcome = await wherry(['copy', 'oci:made-oci', `${there.host}/denied:1`], { env, cwd: directory });
    expect(outcome).toMatchObject({ status: 2, out: '', err: expect.stringMatching(/error\[REGISTRY_AUTH\][\s\S]*hint: log in/) });
  });
});

describe('daemons', () => {
  let context: Context;
  let image: Image;
  let docker: Daemon;
  let engines: Readonly<Record<'docker' | 'podman', Record<string, string>>>;

  beforeAll(async () => {
    context = await contextAt(at('small-store'));
    const other = await smallImage(context, { platform: { os: 'linux', architecture: host.architecture === 'amd64' ? 'arm64' : 'amd64' } });
    image = await smallImage(context);
    const options = { references: ['example.com/small:e2e'], signal: context.signal };
    await layoutSink(at('small')).put(assembleIndex([other, image]), options);
    await copy('oci:small', `${here.host}/small`);
    docker = await startDocker(at('docker'));
    engines = { docker: { DOCKER_HOST: `unix://${docker.socket}` }, podman: await podmanEnvironment(at('podman')) };
  });
  afterAll(() => docker?.stop());

  it.each(['docker', 'podman'] as const)('%s gets the image of its platform from a registry', async (engine) => {
    const env = engines[engine];
    const line = await succeed(['copy', `${here.host}/small:e2e`, `${engine}:small`], env);
    expect(line).toMatch(/^small@sha256:/);
    const id = (await run([engine, 'image', 'inspect', '--format', '{{.Id}}', 'small:e2e'], { env })).trim();
    expect([image.configDescriptor.digest, image.descriptor.digest]).toContain(id.replace(/^(?!sha256:)/, 'sha256:'));
  });

  it.each(['docker', 'podman'] as const)('%s gives its image to a registry, with the same configuration', async (engine) => {
    const line = await succeed(['copy', `${engine}:small:e2e`, `${there.host}/from-${engine}`], engines[engine]);
    expect(line).toBe(`${there.host}/from-${engine}@${(await crane('digest', `${there.host}/from-${engine}:e2e`)).trim()}`);
    expect(await crane('validate', '--remote', `${there.host}/from-${engine}:e2e`)).toContain('PASS');
    expect(digestOf(await crane('config', `${there.host}/from-${engine}:e2e`))).toBe(image.configDescriptor.digest);
  });

  async function succeed(args: readonly string[], env: Record<string, string>): Promise<string> {
    const { status, out, err } = await wherry(args, { env: { ...environment(), ...env }, cwd: directory });
    expect(status, err).toBe(0);
    return out.trim();
  }
});
