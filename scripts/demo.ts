/** `make demo`: builds examples/django-site, runs it on a read-only root, prints its HTTP answers, stops it. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const root = join(import.meta.dirname, '..');
const wherry = join(root, 'bin/wherry');
const site = join(root, 'examples/django-site');

function say(text: string): void {
  console.log(`\n\u001b[1m$ ${text}\u001b[0m`);
}

function build(): void {
  say('wherry build examples/django-site --oci .cache/demo');
  const { status } = spawnSync(wherry, ['build', site, '--oci', join(root, '.cache/demo')], { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 2);
}

/** A port that nobody listens on right now. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

function start(port: number): ChildProcess {
  // Linux needs no daemon to show the image; elsewhere Docker or Podman runs it.
  const runtime = process.platform === 'linux' ? ['--with', 'unshare'] : [];
  const args = [
    'run',
    site,
    ...runtime,
    '--read-only',
    '-p',
    `${port}:8000`,
    '-e',
    'SITE_GREETING=Hello from a container without Docker',
    '--quiet',
  ];
  say(`wherry ${args.join(' ').replace(site, 'examples/django-site')}`);
  return spawn(wherry, args, { stdio: ['ignore', 'inherit', 'inherit'] });
}

async function answer(url: string, container: ChildProcess): Promise<Response> {
  const deadline = Date.now() + 60_000;
  while (Date.now() < deadline && container.exitCode === null) {
    const response = await fetch(url).catch(() => undefined);
    if (response?.ok) return response;
    await sleep(200);
  }
  throw new Error(`the site did not answer at ${url}`);
}

async function show(base: string, container: ChildProcess): Promise<void> {
  const made = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"title": "first note", "body": "It **works**."}',
  };
  console.log('health   ', await (await answer(`${base}/health/`, container)).text());
  console.log('new note ', await (await fetch(`${base}/api/notes/`, made)).text());
  const page = await (await fetch(`${base}/`)).text();
  console.log('page     ', page.replace(/\s+/g, ' ').replace(/.*<body>|<\/body>.*/g, ''));
  const style = await fetch(`${base}/static/notes/site.css`);
  console.log('style    ', style.status, 'ETag', style.headers.get('etag'));
}

async function stop(container: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => container.once('exit', resolve));
  container.kill('SIGTERM');
  await Promise.race([ended, sleep(10_000)]);
  if (container.exitCode === null) container.kill('SIGKILL');
}

build();
const port = await freePort();
const container = start(port);
try {
  await show(`http://127.0.0.1:${port}`, container);
  console.log('\nThe image is an OCI layout in .cache/demo; try: bin/wherry inspect --packages oci:.cache/demo');
} finally {
  await stop(container);
}
