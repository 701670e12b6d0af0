import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readImageBase } from '../../src/base/index.ts';
import { archiveKeys, findDebianMirrors } from '../../src/debian/index.ts';
import { readSuite } from '../../src/debian/suites.ts';
import { asDigest, digestOf } from '../../src/digest.ts';
import { createHttp } from '../../src/http/index.ts';
import { type Architecture, machineOf } from '../../src/platform.ts';
import { openStore, type Store } from '../../src/store/index.ts';
import { sampleContext } from '../debianArchive.ts';
import { writeIndexLayout } from '../e2e/pythonBase.ts';
import { makeImage, type TestEntry } from '../images.ts';
import { madeUpAlpine } from '../smallSite.ts';

const checkout = join(import.meta.dirname, '../..');
let work: string;
let store: Store;

beforeAll(async () => {
  execFileSync(join(checkout, 'scripts/setup-qemu'), { stdio: 'inherit' });
  work = mkdtempSync(join(tmpdir(), 'wherry-musl-'));
  store = await openStore({ env: {}, directory: join(work, 'store') });
});
afterAll(() => rmSync(work, { recursive: true, force: true }));

const context = () => sampleContext(createHttp({ env: process.env }), store);

/** The C library of Debian's musl package, which is also the loader of its programs; unpacked by dpkg. */
async function realLoader(architecture: Architecture): Promise<string> {
  const mirrors = await findDebianMirrors({ config: {}, env: process.env });
  const [stanza] = await readSuite({
    suite: { archive: 'debian', name: 'trixie' },
    mirror: mirrors.debian,
    architecture,
    wanted: new Set(['musl']),
    keys: await archiveKeys('debian'),
    now: Date.now(),
    ctx: context(),
  });
  const response = await fetch(`${mirrors.debian}/${stanza?.get('filename')}`);
  const bytes = new Uint8Array(await response.arrayBuffer());
  expect(digestOf(bytes)).toBe(asDigest(`sha256:${stanza?.get('sha256')}`));
  const [deb, root] = [join(work, `${architecture}.deb`), join(work, architecture)];
  writeFileSync(deb, bytes);
  execFileSync('dpkg-deb', ['--extract', deb, root]);
  const found = readdirSync(root, { recursive: true, encoding: 'utf8' }).find((path) => path.endsWith('/libc.so'));
  return join(root, found ?? 'no libc.so');
}

async function libcOf(entries: readonly TestEntry[], architecture: Architecture) {
  const layout = mkdtempSync(join(work, 'layout-'));
  const image = await makeImage({ layers: [entries], architecture, config: { Env: ['PATH=/usr/local/bin:/usr/bin'] } });
  await writeIndexLayout(layout, [{ image }]);
  return (await readImageBase({ reference: `oci:${layout}`, root: '/', platform: { os: 'linux', architecture } }, context())).libc;
}

describe.each(['amd64', 'arm64'] as const)('a base with the musl of Debian on %s', (architecture) => {
  it('has the version that its own loader names, although no package database says it', async () => {
    const loader = await realLoader(architecture);
    const [, version = ''] = /^Version (\d+\.\d+)\.\d+$/m.exec(spawnSync(loader, { encoding: 'utf8' }).stderr) ?? [];
    expect(version).toMatch(/^1\.\d+$/);
    const path = `lib/ld-musl-${machineOf(architecture)}.so.1`;
    const others = madeUpAlpine(architecture).filter((entry) => entry.path !== path && !entry.path.includes('apk'));
    expect(await libcOf([...others, { path, content: readFileSync(loader) }], architecture)).toEqual({ kind: 'musl', version });
  });
});
