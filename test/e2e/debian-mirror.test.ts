import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readWherryLock } from '../../src/resolve/index.ts';
import { type PrivateIndex, startPrivateIndex, writeGreeter } from './greeter.ts';
import { digestIn, type Outcome, wherry } from './wherry.ts';

let work = '';
let project = '';
let index: PrivateIndex;
let mirror: Server;
let mirrorUrl = '';
let reference = '';
const asked: string[] = [];

/** A mirror that has dropped every package, as mirrors do with superseded ones. */
async function startEmptyMirror(): Promise<void> {
  mirror = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.writeHead(404).end();
  });
  await new Promise<void>((done) => mirror.listen(0, '127.0.0.1', done));
  mirrorUrl = `http://127.0.0.1:${(mirror.address() as AddressInfo).port}/debian`;
}

async function build(store: string, env: Readonly<Record<string, string>> = {}): Promise<Outcome> {
  const own = { HOME: work, WHERRY_CACHE_DIR: join(work, store), ...index.env, ...env };
  return await wherry(['build', project], { env: own });
}

beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'wherry-mirror-'));
  project = join(work, 'project');
  index = await startPrivateIndex();
  await startEmptyMirror();
  await writeGreeter(project, { index, wherry: 'base = "debian:12"\nbytecode = "none"' });
  const { status, out, err } = await build('store');
  expect({ status, err }).toMatchObject({ status: 0 });
  reference = digestIn(out);
});
afterAll(async () => {
  mirror?.closeAllConnections();
  mirror?.close();
  await index?.close();
  await rm(work, { recursive: true, force: true });
});

it('builds from the store when the mirror cannot be reached, even the base itself', async () => {
  const gone = { WHERRY_DEBIAN_MIRROR: 'http://127.0.0.1:9/debian' };
  expect(digestIn((await build('store', gone)).out)).toBe(reference);
  // Without the records of made layers the root is assembled again, from the stored packages.
  await rm(join(work, 'store/layers-v1'), { recursive: true });
  const again = await build('store', gone);
  expect(again.err).toContain(' 0 reused');
  expect(digestIn(again.out)).toBe(reference);
});

it('ends with DEB_GONE and the next step when the store is empty and the mirror has dropped the packages', async () => {
  const lock = await readFile(join(project, 'wherry.lock'), 'utf8');
  const { status, out, err } = await build('empty', { WHERRY_DEBIAN_MIRROR: mirrorUrl });
  expect({ status, out }, err).toEqual({ status: 2, out: '' });
  expect(err).toMatch(/^error\[DEB_GONE\]: the Debian package \S+ \S+ \((amd64|arm64|all)\) is no longer on the mirror$/m);
  expect(err).toMatch(/^hint: run wherry lock --update .*\[tool\.wherry\.debian\]$/m);
  expect(await readFile(join(project, 'wherry.lock'), 'utf8')).toBe(lock);
  const [entry] = (await readWherryLock(project)).bases;
  const paths = entry?.kind === 'debian' ? entry.base.packages.map((item) => `/${item.archive}/${item.path}`) : [];
  expect(paths.length).toBeGreaterThan(20);
  expect(asked.filter((path) => !paths.includes(path))).toEqual([]);
});

it('says that the mirror is out of reach when it is', async () => {
  const { status, err } = await build('empty', { WHERRY_DEBIAN_MIRROR: 'http://127.0.0.1:9/debian' });
  expect(status, err).toBe(2);
  expect(err).toMatch(/^error\[NETWORK_[A-Z]+\]/m);
});
