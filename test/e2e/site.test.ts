import { randomBytes } from 'node:crypto';
import { cpSync, existsSync, readFileSync, readlinkSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { processesWith } from './command.ts';
import { type Answer, type FetchOptions, fetchIn, inOwnNetwork } from './network.ts';
import { lock, root } from './product.ts';
import { startWherry, wherry } from './sampleProject.ts';

const example = join(root, 'examples/django-site');
const style = 'notes/static/notes/site.css';
const page = 'notes/templates/notes/home.html';
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wherry-e2e-site-'));
  await lock(example);
});
afterAll(() => rm(directory, { recursive: true, force: true }));

interface Site {
  readonly digest: string;
  /** A process of the site, seen from outside. */
  readonly pid: number;
  get(path: string, options?: FetchOptions): Promise<Answer>;
}

/** Builds a copy of the example after a change to it, and serves it on a read-only root. */
async function serving<T>(change: (copy: string) => void, use: (site: Site) => Promise<T>): Promise<T> {
  const copy = await mkdtemp(join(directory, 'site-'));
  cpSync(example, copy, { recursive: true });
  change(copy);
  const digest = (await wherry(['build', copy, '--quiet'])).out.trim();
  const token = randomBytes(16).toString('hex');
  const args = ['run', copy, '--with', 'unshare', '--read-only', '-e', 'SITE_GREETING', '--quiet'];
  const running = startWherry(args, { env: { SITE_GREETING: token }, wrap: inOwnNetwork });
  try {
    const get: Site['get'] = (path, options) => fetchIn(running.pid, `http://127.0.0.1:8000${path}`, options);
    expect((await get('/')).body).toContain(token);
    return await use({ digest, pid: workerIn(running.pid), get });
  } finally {
    running.kill('SIGTERM');
    expect((await running.ended).status).toBe(0);
  }
}

/** A gunicorn process in the same network as another process. */
function workerIn(pid: number): number {
  const network = (process: number) => readlinkSync(`/proc/${process}/ns/net`);
  const isInside = (process: number) => network(process) === network(pid) && existsSync(`/proc/${process}/root/app/manage.py`);
  const found = processesWith('gunicorn config.wsgi').find(isInside);
  if (found === undefined) throw new Error('gunicorn does not run');
  return found;
}

function rewrite(file: string, from: string, to: string): void {
  const text = readFileSync(file, 'utf8');
  expect(text).toContain(from);
  writeFileSync(file, text.replace(from, to));
}

const etagOf = async ({ get }: Site) => (await get('/static/notes/site.css')).headers.etag ?? '';

describe('the example site', () => {
  let etag: string;
  let digest: string;

  it('runs on a read-only root as uid 1001, with its database in the declared directory', async () => {
    await serving(
      () => undefined,
      async (site) => {
        digest = site.digest;
        etag = await etagOf(site);
        const inside = (path: string) => `/proc/${site.pid}/root${path}`;
        expect(() => writeFileSync(inside('/app/new'), '')).toThrow('EROFS');
        const data = statSync(inside('/app/data'));
        expect([data.mode & 0o7777, data.uid, data.gid]).toEqual([0o750, 1001, 1001]);

        const title = randomBytes(8).toString('hex');
        const made = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ title, body: '*x*' }) };
        expect((await site.get('/api/notes/', made)).status).toBe(201);
        expect((await site.get('/')).body).toContain(title);
        expect(JSON.parse((await site.get('/health/')).body)).toEqual({ status: 'ok', notes: 1, uid: 1001 });
        expect(existsSync(inside('/app/data/site.sqlite3'))).toBe(true);
      },
    );
  });

  it('serves a style sheet with the same ETag when other files change and times are others', async () => {
    const change = (copy: string) => {
      rewrite(join(copy, page), '</body>', '<p>more</p></body>');
      utimesSync(join(copy, style), 1_000_000_000, 1_000_000_000);
    };
    await serving(change, async (site) => {
      expect(site.digest).not.toBe(digest);
      expect(await etagOf(site)).toBe(etag);
      expect((await site.get('/static/notes/site.css', { headers: { 'if-none-match': etag } })).status).toBe(304);
    });
  });

  it('serves it with another ETag when its content changes, even if its size does not', async () => {
    await serving(
      (copy) => rewrite(join(copy, style), '#222', '#223'),
      async (site) => {
        const answer = await site.get('/static/notes/site.css', { headers: { 'if-none-match': etag } });
        expect(answer.status).toBe(200);
        expect(answer.body).toContain('#223');
        expect(answer.headers.etag).toMatch(/^"[^"]+"$/);
        expect(answer.headers.etag).not.toBe(etag);
      },
    );
  });
});
