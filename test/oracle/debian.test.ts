import { execFileSync } from 'node:child_process';
import { chmod, chown, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readKeys } from 'openpgp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DebianBase } from '../../src/base/facts.ts';
import { type Deb, openDeb } from '../../src/debian/deb.ts';
import { parseStanza } from '../../src/debian/deb822.ts';
import { readElf } from '../../src/debian/elf.ts';
import {
  assembleDebianRoot,
  compareVersions,
  debianFacts,
  fetchDebs,
  findDebianMirrors,
  lockDebianBase,
  pinnedKeys,
} from '../../src/debian/index.ts';
import { leftOut, releaseSpec } from '../../src/debian/packages.ts';
import { droppedPaths } from '../../src/debian/root/prune.ts';
import { mergedPath } from '../../src/debian/root/usrmerge.ts';
import { createHttp } from '../../src/http/index.ts';
import { absent, unnamed } from '../../src/plan/programs.ts';
import type { DebianRootRecipe } from '../../src/plan/recipe.ts';
import type { Architecture } from '../../src/platform.ts';
import { openScratch, openStore, type Scratch, type Store } from '../../src/store/index.ts';
import { type LayerEntry, writeLayer } from '../../src/tar/index.ts';
import { sampleContext } from '../debianArchive.ts';

/** Needs root, a Debian mirror, and Debian's own dpkg and debian-archive-keyring on this machine. */
const variants = [
  { release: 13, architecture: 'amd64', shell: true },
  { release: 13, architecture: 'amd64', shell: false },
  { release: 12, architecture: 'amd64', shell: true },
  { release: 12, architecture: 'amd64', shell: false },
  { release: 13, architecture: 'arm64', shell: true },
  { release: 12, architecture: 'arm64', shell: true },
] as const;

type Variant = (typeof variants)[number];

interface Built {
  readonly base: DebianBase;
  readonly recipe: DebianRootRecipe;
  readonly entries: readonly LayerEntry[];
  readonly debs: readonly Deb[];
}

let work: string;
let store: Store;
let scratch: Scratch;
const built = new Map<Variant, Built>();

function recipeOf({ release, architecture, shell }: Variant, { packages }: DebianBase): DebianRootRecipe {
  const named = packages.map(({ name, version, architecture: own, sha256 }) => ({ name, version, architecture: own, sha256 }));
  return { kind: 'debian-root', format: 2, release, architecture, shell, packages: named };
}

const readDeb = async (sha256: DebianRootRecipe['packages'][number]['sha256']) => (await store.read(sha256)) ?? new Uint8Array();

async function build(variant: Variant): Promise<Built> {
  const platform = { os: 'linux', architecture: variant.architecture } as const;
  const ctx = sampleContext(createHttp({ env: process.env }), store);
  const mirrors = await findDebianMirrors({ config: {}, env: process.env });
  const base = await lockDebianBase({ ...variant, platform, mirrors, ctx });
  await fetchDebs(base.packages, mirrors, ctx);
  const recipe = recipeOf(variant, base);
  const debs: Deb[] = [];
  for (const item of recipe.packages) debs.push(await openDeb(await readDeb(item.sha256), item, scratch));
  return { base, recipe, entries: await assembleDebianRoot(recipe, { readDeb, scratch }), debs };
}

function builtAs(variant: Variant): Built {
  const found = built.get(variant);
  if (!found) throw new Error('not built');
  return found;
}

async function writeTree(entries: readonly LayerEntry[], root: string): Promise<void> {
  await mkdir(root);
  for (const entry of entries) {
    const path = join(root, entry.path);
    if (entry.type === 'symlink') {
      await symlink(entry.target, path);
      continue;
    }
    if (entry.type === 'directory') await mkdir(path);
    else await writeFile(path, Buffer.concat(Array.from(entry.content(), (piece) => Buffer.from(piece))));
    await chown(path, entry.uid, entry.gid);
    await chmod(path, entry.mode);
  }
}

const run = (command: string, ...args: readonly string[]) =>
  execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
const nameOf = ({ release, architecture, shell }: Variant) => `debian:${release}${shell ? '' : '-noshell'} ${architecture}`;

beforeAll(async () => {
  if (process.getuid?.() !== 0) throw new Error('this oracle must run as root');
  work = await mkdtemp(join(tmpdir(), 'wherry-oracle-'));
  store = await openStore({ env: {}, directory: join(work, 'store') });
  scratch = openScratch(store.directory);
  for (const variant of variants) built.set(variant, await build(variant));
});
afterAll(() => rm(work, { recursive: true, force: true }));

describe('the committed keys', () => {
  it("are those of Debian's debian-archive-keyring, as valid public keys", async () => {
    const keyring = await readKeys({ binaryKeys: await readFile('/usr/share/keyrings/debian-archive-keyring.gpg') });
    const theirs = new Map(keyring.map((key) => [key.getFingerprint(), key]));
    for (const { file, fingerprint } of Object.values(pinnedKeys).flat()) {
      const [own] = await readKeys({ armoredKeys: await readFile(new URL(`../../keys/${file}`, import.meta.url), 'utf8') });
      const subkeys = (key: typeof own) => key?.getSubkeys().map((subkey) => subkey.getFingerprint());
      expect([file, own?.getFingerprint(), subkeys(own)]).toEqual([file, fingerprint, subkeys(theirs.get(fingerprint))]);
    }
  });
});

describe.each(variants.map((variant) => ({ variant, name: nameOf(variant) })))('$name', ({ variant }) => {
  it('is within its sizes, and gives the same layer again', async () => {
    const { entries, recipe } = builtAs(variant);
    const sink = { write: () => {} };
    const layer = writeLayer(entries, sink);
    console.log(`${nameOf(variant)}: ${entries.length} entries, ${layer.tarSize} bytes of tar, ${layer.size} bytes of gzip`);
    expect(layer.tarSize).toBeLessThan(50_000_000);
    expect(layer.size).toBeLessThan(21_000_000);
    expect(writeLayer(await assembleDebianRoot(recipe, { readDeb, scratch }), sink)).toEqual(layer);
  });

  it('has every library that one of its files needs, and the sonames that its facts promise', () => {
    const { base, entries } = builtAs(variant);
    const facts = debianFacts(base, { os: 'linux', architecture: variant.architecture as Architecture });
    const files = entries.flatMap((entry) =>
      entry.type === 'file'
        ? [{ path: entry.path, elf: readElf(Buffer.concat(Array.from(entry.content(), (piece) => Buffer.from(piece)))) }]
        : [],
    );
    const unmet = files.flatMap(({ path, elf }) =>
      (elf?.needed ?? []).filter((name) => !facts.sonames.includes(name)).map((name) => `${path}: ${name}`),
    );
    expect(unmet).toEqual([]);
    const loaderDirectory = /^usr\/lib(64)?\/([a-z0-9_]+-linux-gnu\/)?[^/]+$/;
    const shipped = files.flatMap(({ path, elf }) => (loaderDirectory.test(path) && elf?.soname ? [elf.soname] : []));
    expect([...new Set(shipped)].sort()).toEqual(facts.sonames);
  });

  it('lists every package for scanners, and nothing setuid', () => {
    const { base, entries } = builtAs(variant);
    const status = entries.find(({ path }) => path === 'var/lib/dpkg/status');
    const text = status?.type === 'file' ? Buffer.concat(Array.from(status.content(), (piece) => Buffer.from(piece))).toString('utf8') : '';
    const listed = text.trimEnd().split('\n\n').map(parseStanza);
    expect(listed.map((stanza) => `${stanza.get('package')}=${stanza.get('version')}`)).toEqual(
      base.packages.map(({ name, version }) => `${name}=${version}`),
    );
    expect(entries.filter(({ type, mode }) => type === 'file' && (mode & 0o6000) !== 0)).toEqual([]);
    expect(entries.some(({ path }) => path === 'usr/bin/sh')).toBe(variant.shell);
  });
});

const script = `
import bz2, ctypes.util, curses, curses.panel, dbm.dumb, dbm.ndbm, decimal, getpass, hashlib, locale, lzma, os, pwd
import readline, socket, sqlite3, ssl, sys, uuid, zlib, zoneinfo
assert ctypes.util.find_library("z") == "libz.so.1", ctypes.util.find_library("z")
assert ctypes.util.find_library("ssl") == "libssl.so.3"
ctypes.CDLL("libstdc++.so.6"); ctypes.CDLL("libgomp.so.1"); ctypes.CDLL("libatomic.so.1")
paths = ssl.get_default_verify_paths()
assert paths.cafile and os.path.isfile(paths.cafile), paths
context = ssl.create_default_context()
assert len(context.get_ca_certs()) > 100, len(context.get_ca_certs())
for zone in ("Europe/Rome", "US/Eastern", "Asia/Calcutta", "Europe/Kiev"): zoneinfo.ZoneInfo(zone)
assert sqlite3.connect(":memory:").execute("select 6 * 7").fetchone() == (42,)
assert lzma.decompress(lzma.compress(b"x")) == bz2.decompress(bz2.compress(b"x")) == zlib.decompress(zlib.compress(b"x"))
assert decimal.Decimal("0.1") + decimal.Decimal("0.2") == decimal.Decimal("0.3") and uuid.uuid1() and hashlib.sha3_256(b"x")
assert locale.setlocale(locale.LC_ALL, "C.UTF-8") and getpass.getuser() == "root" and pwd.getpwnam("nobody").pw_uid == 65534
assert socket.gethostbyname("localhost") == "127.0.0.1"
curses.setupterm("xterm")
with dbm.ndbm.open("/tmp/x", "c") as store: store["a"] = "b"
print("%d.%d.%d" % sys.version_info[:3])
`;

describe.each(variants.filter(({ architecture }) => architecture === 'amd64').map((variant) => ({ variant, name: nameOf(variant) })))(
  '$name, unpacked',
  ({ variant }) => {
    let root: string;
    beforeAll(async () => {
      root = join(work, nameOf(variant).replaceAll(/\W/g, '-'));
      await writeTree(builtAs(variant).entries, root);
    });

    it('has the loader cache that its own ldconfig writes, and a database that dpkg finds nothing wrong with', async () => {
      run('chroot', root, '/usr/sbin/ldconfig', '-C', '/tmp/ld.so.cache');
      const [ours, theirs] = await Promise.all(['etc/ld.so.cache', 'tmp/ld.so.cache'].map((path) => readFile(join(root, path))));
      expect(ours?.equals(theirs ?? Buffer.alloc(0))).toBe(true);
      expect(run('dpkg', `--root=${root}`, '--audit')).toBe('');
      expect(run('dpkg', `--root=${root}`, '--verify')).toBe('');
      // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg's own format
      const names = run('dpkg-query', `--admindir=${root}/var/lib/dpkg`, '-W', '-f', '${Package} ${Status}\\n').trimEnd().split('\n');
      expect(names).toEqual(builtAs(variant).base.packages.map(({ name }) => `${name} install ok installed`));
      expect(run('dpkg-query', `--admindir=${root}/var/lib/dpkg`, '-S', '/etc/mime.types')).toBe('media-types: /etc/mime.types\n');
    });

    it('runs the standard library and verifies TLS against the bundle', () => {
      // find_library opens /dev/null; runtimes provide it.
      run('mknod', '-m', '666', join(root, 'dev/null'), 'c', '1', '3');
      const facts = debianFacts(builtAs(variant).base, { os: 'linux', architecture: 'amd64' });
      expect(run('chroot', root, facts.python.path, '-I', '-B', '-c', script)).toBe(`${facts.python.version}\n`);
    });

    it('runs a shell, if it has one', () => {
      if (variant.shell) expect(run('chroot', root, '/bin/sh', '-c', 'test -d /usr && echo "$((6 * 7))"')).toBe('42\n');
      else expect(() => run('chroot', root, '/bin/sh', '-c', 'true')).toThrow();
    });

    it('has none of the programs that a note names, and busybox, if it is there, those that it can be', () => {
      if (!variant.shell) return void expect(() => run('chroot', root, '/usr/bin/busybox', '--list')).toThrow();
      const names = [...unnamed, ...absent];
      expect(run('chroot', root, '/bin/sh', '-c', `for name in ${names.join(' ')}; do command -v $name; done; true`)).toBe('');
      expect(run('chroot', root, '/usr/bin/busybox', '--list').split('\n')).toEqual(expect.arrayContaining([...unnamed]));
    });
  },
);

describe('compareVersions', () => {
  it('orders the versions of packages and of their dependencies as dpkg does', () => {
    const odd = ['0', '1~', '1~~', '1.0+b1', '1.0a', '1:0', '1.0-1~deb12u1', '1.0-1+deb12u1', '1.0.0', '1.0-0', '01.0', '2026f'];
    const texts = [...built.values()].flatMap(({ debs }) =>
      debs.flatMap(({ control }) => [...control.values()].join('\n').match(/(?<=[=<>] )[^\s)]+/g) ?? []),
    );
    const locked = [...built.values()].flatMap(({ base }) => base.packages.map(({ version }) => version));
    const versions = [...new Set([...odd, ...texts, ...locked])];
    const pairs = versions.flatMap((version, index) =>
      [1, 7, 31].map((step) => [version, versions[(index + step) % versions.length] ?? ''] as const),
    );
    const shell = pairs.map(
      ([a, b]) =>
        `dpkg --compare-versions '${a}' lt '${b}' && echo -1 || { dpkg --compare-versions '${a}' eq '${b}' && echo 0 || echo 1; }`,
    );
    const theirs = run('sh', '-c', shell.join('\n')).trimEnd().split('\n');
    const ours = pairs.map(([a, b]) => String(Math.sign(compareVersions(a, b))));
    expect(pairs.map((pair, index) => [...pair, ours[index]])).toEqual(pairs.map((pair, index) => [...pair, theirs[index]]));
    expect(pairs.length).toBeGreaterThan(200);
  });
});

describe('the curated tables', () => {
  it('drop nothing that no package ships', () => {
    const paths = [...built.values()].flatMap(({ debs }) => debs.flatMap(({ items }) => items.map(({ path }) => mergedPath(path))));
    expect(droppedPaths.filter((pattern) => !paths.some((path) => pattern.test(path)))).toEqual([]);
  });

  it('leave out only dependencies that packages have', () => {
    const depends = new Set(
      [...built.values()].flatMap(({ debs }) =>
        debs.flatMap(({ control }) => {
          const names = `${control.get('depends') ?? ''},${control.get('pre-depends') ?? ''}`.match(/[a-z0-9][a-z0-9+.-]+/g) ?? [];
          return names.map((name) => `${control.get('package')}: ${name}`);
        }),
      ),
    );
    expect(Object.keys(leftOut).filter((entry) => !depends.has(entry))).toEqual([]);
  });

  it('name the Python of the release', () => {
    for (const { base } of built.values()) {
      expect(base.packages.map(({ name }) => name)).toContain(`python${releaseSpec(base.release).pythonMinor}-minimal`);
    }
  });
});
