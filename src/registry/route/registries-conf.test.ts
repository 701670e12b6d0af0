import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readRegistriesConf } from './registries-conf.ts';

let root = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'wherry-registries-'));
});
afterEach(async () => await rm(root, { recursive: true }));

async function write(path: string, text: string): Promise<string> {
  const file = join(root, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
  return file;
}

const read = async (env: Record<string, string> = {}) => await readRegistriesConf({ HOME: join(root, 'home'), ...env }, join(root, 'etc'));
const table = (location: string, more = ''): string => `[[registry]]\nlocation = "${location}"\n${more}\n`;
const hosts = async (env?: Record<string, string>): Promise<string[]> =>
  (await read(env)).map(({ location }) => location?.registry ?? '').toSorted();

describe('readRegistriesConf', () => {
  it('is empty without files', async () => expect(await read()).toEqual([]));

  it('reads every key of a table', async () => {
    const file = await write(
      'etc/registries.conf',
      `unqualified-search-registries = ["docker.io"]
       short-name-mode = "enforcing"
       [[registry]]
       prefix = "docker.io/library"
       location = "r.example:5000/hub/"
       insecure = true
       [[registry.mirror]]
       location = "m.example"
       [[registry.mirror]]
       location = "index.docker.io/team"
       insecure = true
       pull-from-mirror = "tag-only"
       [[registry]]
       prefix = "*.corp.example"
       blocked = true
       mirror-by-digest-only = true
       mirror = [{ location = "d.example" }]
       [aliases]
       "python" = "docker.io/library/python"`,
    );
    expect(await read()).toEqual([
      {
        prefix: { kind: 'place', place: { registry: 'docker.io', path: 'library' } },
        location: { registry: 'r.example:5000', path: 'hub' },
        insecure: true,
        blocked: false,
        mirrors: [
          { location: { registry: 'm.example', path: '' }, insecure: false, pulls: 'all' },
          { location: { registry: 'docker.io', path: 'team' }, insecure: true, pulls: 'tag-only' },
        ],
        file,
      },
      {
        prefix: { kind: 'below', domain: 'corp.example' },
        location: undefined,
        insecure: false,
        blocked: true,
        mirrors: [{ location: { registry: 'd.example', path: '' }, insecure: false, pulls: 'digest-only' }],
        file,
      },
    ]);
  });

  it("takes the user's file instead of the system's, and drop-ins of both", async () => {
    await write('etc/registries.conf', table('etc.example'));
    await write('etc/registries.conf.d/1.conf', table('etc-drop.example'));
    await write('etc/registries.conf.d/2.conf.disabled', table('disabled.example'));
    expect(await hosts()).toEqual(['etc-drop.example', 'etc.example']);
    await write('home/.config/containers/registries.conf', table('user.example'));
    await write('home/.config/containers/registries.conf.d/1.conf', table('user-drop.example'));
    expect(await hosts()).toEqual(['etc-drop.example', 'user-drop.example', 'user.example']);
    const named = await write('named.conf', table('named.example'));
    expect(await hosts({ CONTAINERS_REGISTRIES_CONF: named })).toEqual(['etc-drop.example', 'named.example', 'user-drop.example']);
    await write('xdg/containers/registries.conf', table('xdg.example'));
    expect(await hosts({ XDG_CONFIG_HOME: join(root, 'xdg') })).toEqual(['etc-drop.example', 'xdg.example']);
  });

  it('lets a later table of the same prefix replace an earlier one', async () => {
    await write('etc/registries.conf', table('r.example', 'insecure = true'));
    await write('etc/registries.conf.d/20.conf', table('r.example', 'blocked = true'));
    await write('etc/registries.conf.d/10.conf', table('r.example', 'insecure = true'));
    expect(await read()).toMatchObject([{ insecure: false, blocked: true }]);
  });

  it.each([
    ['not TOML', '[[registry', ''],
    ['a wrong type', table('r.example', 'insecure = "yes"'), 'registry.0.insecure'],
    ['neither prefix nor location', '[[registry]]\ninsecure = true', 'neither prefix nor location'],
    ['a prefix without location', '[[registry]]\nprefix = "r.example"', 'no location'],
    ['a URL', table('https://r.example'), 'HOST[:PORT][/PATH]'],
    ['a wildcard with a path', '[[registry]]\nprefix = "*.example/a"', '*.DOMAIN'],
    ['a wildcard mirror', table('r.example', 'mirror = [{ location = "*.example" }]'), 'HOST[:PORT][/PATH]'],
    [
      'an unknown kind of pulls',
      table('r.example', 'mirror = [{ location = "m.example", pull-from-mirror = "some" }]'),
      'pull-from-mirror',
    ],
    [
      'two ways to say digests only',
      table('r.example', 'mirror-by-digest-only = true\nmirror = [{ location = "m.example", pull-from-mirror = "all" }]'),
      'exclude each other',
    ],
  ])('refuses %s', async (_name, text, why) => {
    const file = await write('etc/registries.conf.d/a.conf', text);
    await expect(read()).rejects.toMatchObject({ code: 'REGISTRY_CONFIG', message: expect.stringContaining(why), where: { file } });
  });

  it('wants the file that the variable names', async () => {
    await expect(read({ CONTAINERS_REGISTRIES_CONF: join(root, 'none') })).rejects.toMatchObject({
      code: 'REGISTRY_CONFIG',
      message: expect.stringContaining('CONTAINERS_REGISTRIES_CONF'),
    });
  });
});
