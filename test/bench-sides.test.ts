import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cpuSeconds } from '../bench/docker.ts';
import { dockerfile } from '../bench/dockerfile.ts';
import { indexTable, lockThroughServer } from '../bench/files.ts';
import { writtenBytes } from '../bench/measured.ts';
import { service, site } from '../bench/projects.ts';
import { type Started, start, until } from './e2e/command.ts';
import { type IndexServer, startIndex } from './index-server.ts';

describe('the accounts of the kernel', () => {
  it('hold what children used that were waited for', () => {
    const fields = Array.from({ length: 40 }, (_, index) => (index >= 11 && index <= 14 ? '100' : '7'));
    expect(cpuSeconds(`12 (a ) b) ${fields.join(' ')}`)).toBe(4);
  });

  it('leave out what was deleted before it reached the disk', () => {
    expect(writtenBytes('rchar: 5\nwchar: 9\nread_bytes: 1\nwrite_bytes: 4096\ncancelled_write_bytes: 1024\n')).toBe(3072);
  });
});

describe('what both sides build from', () => {
  const lock = `source = { registry = "https://index.example/simple" }
sdist = { url = "https://files.example/a/b.tar.gz", hash = "sha256:00" }
wheels = [{ url = "https://files.example/a/b.whl" }]
`;

  it('is a lock whose files come from the loopback server', () => {
    const moved = lockThroughServer(lock, 'http://127.0.0.1:9');
    expect(moved.match(/http:\/\/127\.0\.0\.1:9\/https\/(?:index|files)\.example/g)).toHaveLength(3);
    expect(moved).not.toContain('https://');
    expect(indexTable(moved)).toBe('\n[[tool.uv.index]]\nurl = "http://127.0.0.1:9/https/index.example/simple"\ndefault = true\n');
    expect(indexTable('version = 1\n')).toBe('');
  });

  it('is a Dockerfile that compiles bytecode only where both sides do', () => {
    const text = (bytecode: boolean) => dockerfile({ registry: '127.0.0.1:5000', bytecode, command: ['gunicorn', 'config.wsgi'] });
    expect(text(true)).toContain('UV_COMPILE_BYTECODE=1 ');
    expect(text(false)).toContain('UV_COMPILE_BYTECODE=0 ');
    expect(text(true).split('\n').at(-2)).toBe('CMD ["gunicorn","config.wsgi"]');
  });

  it('has a version for every bump of nine runs', () => {
    for (const { bump } of [site, service]) expect(new Set(bump.versions).size).toBe(9);
  });
});

describe('the file server', () => {
  let [upstream, server, directory] = [] as unknown as [IndexServer, Started, string];
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'wherry-files-'));
    upstream = await startIndex();
    server = start([process.execPath, join(import.meta.dirname, '../bench/fileServer.ts'), directory]);
    await until('the file server listens', () => server.out().includes('\n'));
  });
  afterAll(async () => {
    server.kill('SIGTERM');
    await Promise.all([server.ended, upstream.close(), rm(directory, { recursive: true })]);
  });
  const get = async (path: string, headers: Record<string, string> = {}): Promise<Response> =>
    await fetch(`${server.out().trim()}/${upstream.origin.replace('://', '/')}${path}`, { headers });

  it('asks once for a file and gives it whole and in parts', async () => {
    upstream.put('/a.whl', Buffer.from('0123456789'));
    expect(await (await get('/a.whl')).text()).toBe('0123456789');
    const part = await get('/a.whl', { range: 'bytes=2-4' });
    expect([part.status, part.headers.get('content-range'), await part.text()]).toEqual([206, 'bytes 2-4/10', '234']);
    expect(upstream.seen.filter((request) => request.endsWith('/a.whl'))).toHaveLength(1);
  });

  it('keeps nothing of a failed request, and no list of a Debian archive', async () => {
    const kept = (await readdir(directory)).length;
    expect((await get('/gone.whl')).status).toBe(502);
    expect((await readdir(directory)).length).toBe(kept);
    upstream.put('/dists/trixie/InRelease', Buffer.from('one'));
    await (await get('/dists/trixie/InRelease')).text();
    upstream.put('/dists/trixie/InRelease', Buffer.from('two'));
    expect(await (await get('/dists/trixie/InRelease')).text()).toBe('two');
  });
});

describe('the counting port', () => {
  it('passes everything on and counts both directions', async () => {
    const upstream = await startIndex();
    upstream.put('/a', Buffer.alloc(100_000));
    const { host } = new URL(upstream.origin);
    const counter = start([process.execPath, join(import.meta.dirname, '../bench/counter.ts'), host], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    await until('the counting port listens', () => counter.out().includes('\n'));
    const answer = await fetch(`http://${counter.out().trim()}/a`, { headers: { 'x-long': 'x'.repeat(5000) } });
    expect((await answer.arrayBuffer()).byteLength).toBe(100_000);
    counter.write('\n');
    await until('it answers', () => counter.out().trim().includes('\n'));
    const [sent = 0, received = 0] = (counter.out().trim().split('\n')[1] ?? '').split(' ').map(Number);
    expect(sent).toBeGreaterThan(5000);
    expect(sent).toBeLessThan(7000);
    expect(received).toBeGreaterThan(100_000);
    expect(received).toBeLessThan(102_000);
    counter.kill('SIGTERM');
    await Promise.all([counter.ended, upstream.close()]);
  });
});
