import { createHash, generateKeyPairSync, sign, verify } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHttp } from '../../src/http/index.ts';
import { assembleIndex } from '../../src/image/index.ts';
import { createRegistry } from '../../src/registry/index.ts';
import { remoteRepositories } from '../../src/remote/index.ts';
import { registrySink } from '../../src/sinks/index.ts';
import { run } from './command.ts';
import { startCurrentDocker } from './currentDocker.ts';
import { podmanEnvironment, removeMounted, startContainerd } from './daemons.ts';
import { type Lab, makeSeed, openLab } from './faults/lab.ts';
import { pushed } from './pushLab.ts';
import { type Distribution, startDistribution } from './registries.ts';
import { contextAt, host, smallImage } from './smallImage.ts';

let lab: Lab;
let real: Distribution;
let directory: string;
let digest: string;
const repository = (): string => `${real.host}/team/shop`;
const reference = (): string => `${repository()}:latest`;
const at = (name: string): string => join(directory, name);

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'wherry-e2e-pushed-'));
  lab = await openLab(await makeSeed());
  real = await startDistribution(at('registry'), { login: 'none' });
  ({ digest } = await pushed(lab, { reference: reference() }));
});
afterAll(async () => {
  await real?.stop();
  await lab?.close();
  await removeMounted(directory);
});

const sha256 = (bytes: string | Buffer): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** regclient's program, which knows nothing of this registry but what it is told here. */
async function regctl(...args: string[]): Promise<string> {
  return await run(['regctl', '--host', `reg=${real.host},tls=disabled`, ...args], { env: { HOME: directory } });
}

/** A manifest by tag or digest, as its bytes. */
async function manifestOf(name: string): Promise<string> {
  return await regctl('manifest', 'get', '--format', 'raw-body', name);
}

interface Manifest {
  readonly config: { readonly digest: string; readonly size: number };
  readonly layers: readonly Manifest['config'][];
}

describe('an image in a real registry', () => {
  it('is valid to crane, and has our digest to skopeo', async () => {
    expect(await run(['crane', 'validate', '--remote', reference()])).toContain('PASS');
    expect(sha256(await run(['skopeo', 'inspect', '--tls-verify=false', '--raw', `docker://${reference()}`]))).toBe(digest);
  });

  it('has the digests and sizes of its manifest and of every blob to regctl', async () => {
    expect((await regctl('manifest', 'head', '--require-digest', reference())).trim()).toBe(digest);
    const bytes = await manifestOf(`${repository()}@${digest}`);
    expect(sha256(bytes)).toBe(digest);
    const { config, layers } = JSON.parse(bytes) as Manifest;
    for (const blob of [config, ...layers]) {
      const summed = await run([
        'sh',
        '-c',
        `"$@" | tee "${at('blob')}" | sha256sum; wc -c < "${at('blob')}"`,
        'sh',
        ...blobCommand(blob.digest),
      ]);
      expect(summed).toBe(`${blob.digest.slice(7)}  -\n${blob.size}\n`);
    }
    expect(layers.length).toBeGreaterThan(3);
  });

  function blobCommand(blob: string): string[] {
    return ['regctl', '--host', `reg=${real.host},tls=disabled`, 'blob', 'get', repository(), blob];
  }

  it('is pulled and run by Podman', async () => {
    const env = await podmanEnvironment(at('podman'));
    await run(['podman', 'pull', '--quiet', '--tls-verify=false', reference()], { env });
    expect(await run(['podman', 'run', '--rm', reference()], { env })).toBe('1\n');
    expect(await run(['podman', 'history', '--no-trunc', '--format', '{{.CreatedBy}}', reference()], { env })).toContain(
      'dependencies: alpha 1.0',
    );
  });

  it.each(['containerd', 'classic'] as const)('is pulled and run by a current Docker, %s store', async (store) => {
    const docker = await startCurrentDocker(at(`docker-${store}`), store);
    try {
      const client = (...args: string[]) => run(docker.client(args));
      await client('pull', '--quiet', reference());
      expect(await client('image', 'inspect', '--format', '{{join .RepoDigests " "}}', reference())).toBe(`${repository()}@${digest}\n`);
      expect(await client('run', '--rm', '--network=none', reference())).toBe('1\n');
      expect(await client('run', '--rm', '--network=none', `${repository()}@${digest}`)).toBe('1\n');
    } finally {
      await docker.stop();
    }
  });

  it('is pulled and run by containerd', async () => {
    const daemon = await startContainerd(at('containerd'));
    try {
      const ctr = (...args: string[]) => run(['ctr', '--address', daemon.socket, ...args]);
      await ctr('images', 'pull', '--plain-http', '--snapshotter', 'native', reference());
      expect(await ctr('run', '--rm', '--snapshotter', 'native', '--net-host', reference(), 'e2e-pushed')).toBe('1\n');
    } finally {
      await daemon.stop();
    }
  });

  it('has several platforms under one index, whose manifests go first', async () => {
    const context = { ...(await contextAt(at('store'))), http: createHttp({ env: {} }) };
    const other = { os: 'linux', architecture: host.architecture === 'amd64' ? 'arm64' : 'amd64' } as const;
    const index = assembleIndex([await smallImage(context), await smallImage(context, { platform: other })]);
    const registry = createRegistry(context);
    const sink = registrySink({ registry, open: remoteRepositories(registry), ctx: context, made: new Set(), holders: () => [] });
    const references = ['latest', '1', '2'].map((tag) => `${real.host}/team/small:${tag}`);
    await sink.put(index, { references, signal: context.signal });
    for (const name of references) {
      expect(await run(['crane', 'validate', '--remote', name])).toContain('PASS');
      expect((await run(['crane', 'digest', name])).trim()).toBe(index.descriptor.digest);
      expect((await regctl('manifest', 'head', name)).trim()).toBe(index.descriptor.digest);
    }
    const order = real.requests().filter((line) => line.startsWith('PUT /v2/team/small/manifests/'));
    expect(order.slice(-3).map((line) => line.split('/').at(-1))).toEqual(['2', '1', 'latest']);
    expect(order).toHaveLength(5);
  });
});

/** What cosign writes and looks for, made by hand: a payload that names the digest, and its signature (cosign, "Signature Spec"). */
describe('a signature of a pushed image', () => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const payloadType = 'application/vnd.dev.cosign.simplesigning.v1+json';
  const annotation = 'dev.cosignproject.cosign/signature';
  const signatureTag = (signed: string): string => `${repository()}:${signed.replace(':', '-')}.sig`;

  async function signImage(signed: string): Promise<void> {
    const identity = { 'docker-reference': repository() };
    const critical = { identity, image: { 'docker-manifest-digest': signed }, type: 'cosign container image signature' };
    const payload = JSON.stringify({ critical, optional: null });
    const [layer, config] = [await putBlob(payload), await putBlob('{}')];
    const signature = sign('sha256', Buffer.from(payload), privateKey).toString('base64');
    const manifest = {
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      config: { mediaType: 'application/vnd.oci.image.config.v1+json', ...config },
      layers: [{ mediaType: payloadType, ...layer, annotations: { [annotation]: signature } }],
    };
    await regctlWith(JSON.stringify(manifest), 'manifest', 'put', '--content-type', manifest.mediaType, signatureTag(signed));
  }

  async function putBlob(text: string): Promise<{ readonly digest: string; readonly size: number }> {
    await regctlWith(text, 'blob', 'put', repository());
    return { digest: sha256(text), size: text.length };
  }

  /** regctl with something on its stdin. */
  async function regctlWith(text: string, ...args: string[]): Promise<void> {
    writeFileSync(at('stdin'), text);
    await run(['sh', '-c', `exec "$@" < "${at('stdin')}"`, 'sh', 'regctl', '--host', `reg=${real.host},tls=disabled`, ...args], {
      env: { HOME: directory },
    });
  }

  /** Goes the verifier's way: from the tag's digest to the signature, and from the payload back to the digest. */
  async function signedDigest(name: string): Promise<string> {
    const found = (await regctl('manifest', 'head', name)).trim();
    const { layers } = JSON.parse(await manifestOf(signatureTag(found))) as {
      layers: readonly { readonly digest: string; readonly annotations: Readonly<Record<string, string>> }[];
    };
    const payload = await regctl('blob', 'get', repository(), layers[0]?.digest ?? '');
    const signature = Buffer.from(layers[0]?.annotations[annotation] ?? '', 'base64');
    expect(verify('sha256', Buffer.from(payload), publicKey, signature)).toBe(true);
    const { critical } = JSON.parse(payload) as { critical: { image: { 'docker-manifest-digest': string } } };
    expect(critical.image['docker-manifest-digest']).toBe(found);
    return found;
  }

  it('and what refers to it hold for the digest through later pushes, and for the tag when the same image is pushed again', async () => {
    await signImage(digest);
    writeFileSync(at('sbom.json'), '{"spdxVersion":"SPDX-2.3"}');
    const sbom = ['--artifact-type', 'application/spdx+json', '--file', at('sbom.json'), '--file-media-type', 'application/spdx+json'];
    await regctl('artifact', 'put', '--subject', reference(), ...sbom);
    const referrers = async (name: string): Promise<string> =>
      await regctl('artifact', 'list', '--format', '{{range .Descriptors}}{{.ArtifactType}}{{end}}', name);
    expect(await signedDigest(reference())).toBe(digest);
    expect(await referrers(reference())).toContain('application/spdx+json');

    lab.edit('src/shop/__init__.py', (text) => text.replace('alpha.x', 'alpha.x + 1'));
    const next = await pushed(lab, { reference: reference() });
    expect(next.digest).not.toBe(digest);
    expect((await regctl('manifest', 'head', reference())).trim()).toBe(next.digest);
    await expect(signedDigest(reference())).rejects.toThrow(/not found/i);
    expect(await referrers(reference())).toBe('');
    expect(await signedDigest(`${repository()}@${digest}`)).toBe(digest);
    expect(await referrers(`${repository()}@${digest}`)).toContain('application/spdx+json');

    lab.mend();
    expect((await pushed(lab, { reference: reference(), store: 'elsewhere' })).digest).toBe(digest);
    expect(await signedDigest(reference())).toBe(digest);
    expect(await referrers(reference())).toContain('application/spdx+json');
  });
});
