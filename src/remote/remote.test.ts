import { beforeEach, describe, expect, it } from 'vitest';
import { type FakeRegistry, fakeRegistry } from '../../test/fakeRegistry.ts';
import { sampleImage } from '../../test/sampleImage.ts';
import { digestOf } from '../digest.ts';
import { ToolError } from '../errors/index.ts';
import { assembleIndex, type Image, type ImageIndex, isIndex } from '../image/index.ts';
import { noteHolder, previousImages, readHolders, remoteRepositories, targetName, targetsOf } from './index.ts';

let registry: FakeRegistry;
beforeEach(() => {
  registry = fakeRegistry();
});

const amd64 = { os: 'linux', architecture: 'amd64' } as const;
const arm64 = { os: 'linux', architecture: 'arm64' } as const;

function have(name: string, image: Image | ImageIndex): void {
  const bytes = isIndex(image) ? image.index : image.manifest;
  for (const key of [`app:${name}`, `app@${image.descriptor.digest}`])
    registry.manifests.set(key, { mediaType: image.descriptor.mediaType, bytes });
}

async function previous(tags: readonly string[], platform: typeof amd64 | typeof arm64 = amd64): Promise<string[]> {
  const open = remoteRepositories(registry);
  const [target] = targetsOf(
    tags.map((tag) => `reg.example/app:${tag}`),
    open,
  );
  const found = [];
  if (target !== undefined) for await (const image of previousImages(target, platform)) found.push(`${image.tag} ${image.digest}`);
  return found;
}

describe('targetsOf', () => {
  it('groups tags by repository, the main one first', () => {
    const targets = targetsOf(['reg.example/b:1', 'reg.example/a:1', 'reg.example/b:2', 'reg.example/b:1'], remoteRepositories(registry));
    expect(targets.map((target) => [targetName(target), target.tags])).toEqual([
      ['reg.example/b', ['1', '2']],
      ['reg.example/a', ['1']],
    ]);
    expect(registry.log).toEqual([]);
  });

  it('takes a repository of the default registry, but not a bare name', () => {
    const open = remoteRepositories(registry);
    expect(targetName(targetsOf(['acme/site'], open)[0] as never)).toBe('docker.io/acme/site');
    expect(() => targetsOf(['site:1'], open)).toThrow(expect.objectContaining({ code: 'PUSH_NO_REPOSITORY' }));
  });
});

describe('remoteRepositories', () => {
  it('asks once for each tag and manifest, also at the same time', async () => {
    have('1', await sampleImage());
    const remote = remoteRepositories(registry)({ registry: 'reg.example', repository: 'app' });
    const [head] = await Promise.all([remote.head('1'), remote.head('1')]);
    await Promise.all([remote.manifest(head?.digest as never), remote.manifest(head?.digest as never)]);
    expect(registry.log).toHaveLength(2);
    expect(remote.listed.size).toBe(3);
  });

  it('takes a refusal to look for nothing there, but not a failure', async () => {
    const remote = remoteRepositories(registry)({ registry: 'reg.example', repository: 'app' });
    registry.fault = () => {
      throw new ToolError('REGISTRY_DENIED', 'no');
    };
    expect(await remote.head('1')).toBeUndefined();
    registry.fault = () => {
      throw new ToolError('REGISTRY_AUTH', 'no');
    };
    await expect(remote.head('2')).rejects.toMatchObject({ code: 'REGISTRY_AUTH' });
  });
});

describe('previousImages', () => {
  it('looks at the tags in order, then at latest, and reads no more than is asked for', async () => {
    const [one, latest] = [await sampleImage(), await sampleImage({ name: 'x', annotations: { a: 'b' } })];
    have('1', one);
    have('latest', latest);
    expect(await previous(['2', '1'])).toEqual([`1 ${one.descriptor.digest}`, `latest ${latest.descriptor.digest}`]);
    registry.log.length = 0;
    const [target] = targetsOf(['reg.example/app:1'], remoteRepositories(registry));
    await previousImages(target as never, amd64).next();
    expect(registry.log).toEqual(['HEAD app:1', `GET app@${one.descriptor.digest}`]);
  });

  it('finds the platform in an index, and another where there is none, but nothing that is gone', async () => {
    const [amd, arm] = [await sampleImage(), await sampleImage({ platform: arm64 })];
    const index = assembleIndex([amd, arm]);
    have('1', index);
    have('child', amd);
    have('other', arm);
    expect(await previous(['1'], arm64)).toEqual([`1 ${arm.descriptor.digest}`]);
    have('2', assembleIndex([amd, { ...amd, descriptor: { ...amd.descriptor, digest: digestOf('gone') } }]));
    expect(await previous(['2'], arm64)).toEqual([`2 ${amd.descriptor.digest}`]);
    have('3', assembleIndex([amd, { ...arm, descriptor: { ...arm.descriptor, digest: digestOf('gone') } }]));
    expect(await previous(['3'], arm64)).toEqual([]);
  });

  it('gives one image once', async () => {
    const image = await sampleImage();
    for (const tag of ['1', '2', 'latest']) have(tag, image);
    expect(await previous(['1', '2'])).toHaveLength(1);
  });
});

describe('readHolders', () => {
  const documents = new Map<string, unknown>();
  const store = {
    document: async (kind: string, key: string) => documents.get(`${kind} ${key}`),
    putDocument: async (kind: string, key: string, value: unknown) => void documents.set(`${kind} ${key}`, value),
  };
  const blob = (name: string) => digestOf(name);
  const note = (repository: string, ...names: string[]) => noteHolder(store, { registry: 'reg.example', repository }, names.map(blob));
  const holders = async (name: string) => (await readHolders(store, 'reg.example'))(blob(name)).map(({ repository }) => repository);
  beforeEach(() => documents.clear());

  it('names repositories of the registry, the one of the last push first', async () => {
    await note('a', 'x', 'y');
    await note('b', 'x');
    await note('a', 'z');
    expect([await holders('x'), await holders('y'), await holders('z'), await holders('other')]).toEqual([['a', 'b'], ['a'], ['a'], []]);
    expect((await readHolders(store, 'else.example'))(blob('x'))).toEqual([]);
  });

  it('forgets what is old', async () => {
    for (let i = 0; i < 20; i += 1) await note(`r${i}`, 'x');
    expect(await holders('x')).toHaveLength(16);
    await note('r19', ...Array.from({ length: 128 }, (_, i) => `blob ${i}`));
    expect(await holders('x')).not.toContain('r19');
  });

  it('does not care for a record of another shape', async () => {
    for (const value of [null, 7, { version: 2, repositories: [] }, { version: 1 }]) {
      documents.set('holders reg.example', value);
      expect(await holders('x')).toEqual([]);
    }
  });
});
