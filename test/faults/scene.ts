import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { digestOf } from '../../src/digest.ts';
import { mediaTypes } from '../../src/registry/index.ts';
import { selfSigned } from '../certificate.ts';
import { refreshToken, startNames, startRegistry, type TestOrigin, type TestRegistry } from '../registry/index.ts';
import { app, base, image, older } from './image.ts';
import type { Given } from './row.ts';

/** A registry that holds an older image under the tag `1`, its base elsewhere, and a client's environment. */
export interface Scene {
  readonly registry: TestRegistry;
  /** Origins that must not see a credential. */
  readonly foreign: readonly TestOrigin[];
  /** Hosts that were asked for and are not in the scene. */
  strangers(): readonly string[];
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** Hosts of scenes with names; another one is `elsewhere.example`, where nothing is. */
export const hosts = { registry: 'registry.example', storage: 'storage.example' } as const;

/** What must never be seen in a message. */
export const secrets = [
  'secret',
  Buffer.from('user:secret').toString('base64'),
  'wrong-password',
  'token-of-the-test-registry',
  refreshToken,
  'signature=of-the-storage',
];

/** Sets a scene; the caller closes it. */
export async function setScene(given: Given): Promise<Scene> {
  const directory = await mkdtemp(join(tmpdir(), 'wherry-faults-'));
  const certificate = given.names === true ? selfSigned([...Object.values(hosts), 'elsewhere.example']) : undefined;
  const registry = await startRegistry({
    ...given.registry,
    faults: given.faults ?? [],
    ...(certificate === undefined ? {} : { tls: certificate, names: hosts }),
  });
  furnish(registry, given);
  const names =
    certificate === undefined ? undefined : await startNames({ [hosts.registry]: registry.port, [hosts.storage]: registry.storage.port });
  await writeFile(join(directory, 'config.json'), JSON.stringify({ auths: { [registry.host]: credential(given) } }));
  if (certificate !== undefined) await writeFile(join(directory, 'ca.pem'), certificate.cert);
  return {
    registry,
    foreign: [registry.storage],
    strangers: () => (names?.asked ?? []).filter((place) => !Object.values<string>(hosts).includes(place.replace(/:443$/, ''))),
    env: {
      DOCKER_CONFIG: directory,
      ...(names === undefined ? {} : { HTTPS_PROXY: names.proxy, SSL_CERT_FILE: join(directory, 'ca.pem') }),
    },
    close: async () => {
      await Promise.all([registry.close(), names?.close(), rm(directory, { recursive: true })]);
    },
  };
}

function furnish(registry: TestRegistry, { doing }: Given): void {
  registry.putBlob(base, image.baseLayer);
  registry.putManifest(base, { bytes: image.manifest, mediaType: mediaTypes.manifest, tags: ['1'] });
  if (doing === 'push') registry.putManifest(app, { bytes: older, mediaType: mediaTypes.index, tags: ['1'] });
  else {
    for (const blob of image.blobs) registry.putBlob(app, blob);
    registry.putManifest(app, { bytes: image.manifest, mediaType: mediaTypes.manifest });
    registry.putManifest(app, { bytes: image.index, mediaType: mediaTypes.index, tags: ['1'] });
  }
}

function credential({ login = 'password' }: Given): Record<string, string> {
  const auth = (password: string): string => Buffer.from(`user:${password}`).toString('base64');
  // As `az acr login` writes it.
  const nobody = { username: '00000000-0000-0000-0000-000000000000', password: '' };
  switch (login) {
    case 'password':
      return { auth: auth('secret') };
    case 'wrong password':
      return { auth: auth('wrong-password') };
    case 'refresh token':
      return { ...nobody, identitytoken: refreshToken };
    case 'wrong refresh token':
      return { ...nobody, identitytoken: 'wrong-password' };
    case 'none':
      return {};
  }
}

/** What a tag of the scene stands for. */
export function tagOf(registry: TestRegistry): 'old' | 'new' | 'broken' {
  const tagged = registry.manifest(app, '1');
  if (tagged !== undefined && digestOf(tagged.bytes) === digestOf(older)) return 'old';
  return isComplete(registry) ? 'new' : 'broken';
}

/** Whether the image is there in whole, under its tag. */
export function isComplete(registry: TestRegistry): boolean {
  const blobs = image.blobs.every((bytes) => registry.blob(app, digestOf(bytes))?.length === bytes.length);
  const tagged = registry.manifest(app, '1');
  return (
    blobs &&
    registry.manifest(app, digestOf(image.manifest)) !== undefined &&
    tagged !== undefined &&
    digestOf(tagged.bytes) === digestOf(image.index)
  );
}
