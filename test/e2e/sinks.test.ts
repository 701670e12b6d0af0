import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, readlink, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Context } from '../../src/context.ts';
import { assembleIndex, type Image, type ImageIndex } from '../../src/image/index.ts';
import { imageCheck } from '../../src/inspect/index.ts';
import type { RunOptions } from '../../src/runtime/index.ts';
import { archiveSink, daemonSink, layoutSink } from '../../src/sinks/index.ts';
import { openArchive, openImage } from '../../src/sources/index.ts';
import { run, start } from './command.ts';
import { type Daemon, podmanEnvironment, removeMounted, startContainerd, startDocker, versions } from './daemons.ts';
import { contextAt, host, smallConfig, smallImage, writable } from './smallImage.ts';

const reference = 'example.com/wherry/small:e2e';
const runner = join(import.meta.dirname, 'runner.ts');
let directory: string;
let context: Context;
let image: Image;
let index: Image | ImageIndex;
const at = (name: string) => join(directory, name);

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wherry-e2e-sinks-'));
  context = await contextAt(at('store'));
  const other = await smallImage(context, { platform: { os: 'linux', architecture: host.architecture === 'amd64' ? 'arm64' : 'amd64' } });
  image = await smallImage(context);
  index = assembleIndex([image, other]);
  const options = { references: [reference], signal: context.signal };
  await layoutSink(at('layout')).put(image, options);
  await layoutSink(at('layout-index')).put(index, options);
  await archiveSink(at('image.tar')).put(image, options);
  await archiveSink(at('index.tar')).put(index, options);
  const commands = [
    ['crane', 'version'],
    ['skopeo', '--version'],
    ['umoci', '--version'],
    ['podman', '--version'],
    ['containerd', '--version'],
    ['dockerd', '--version'],
    ['runc', '--version'],
  ];
  console.log(await versions(commands));
});
afterAll(() => removeMounted(directory));

const sha256 = (bytes: string | Buffer) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

describe('our own check', () => {
  it('finds nothing', async () => {
    expect(await imageCheck(image)).toEqual([]);
  });
});

describe('crane', () => {
  it.each(['image.tar', 'index.tar'])('validates %s', async (file) => {
    expect(await run(['crane', 'validate', '--tarball', at(file)])).toContain('PASS');
  });
});

describe('skopeo', () => {
  it.each(['oci:layout:e2e', 'oci-archive:image.tar:e2e', 'oci:layout-index:e2e', 'oci-archive:index.tar:e2e'])(
    'finds our manifest in %s',
    async (place) => {
      const raw = await run(['skopeo', 'inspect', '--raw', place], { cwd: directory });
      expect(sha256(raw)).toBe((place.includes('index') ? index : image).descriptor.digest);
    },
  );

  it.each(['oci:layout:e2e', 'oci-archive:image.tar:e2e', 'docker-archive:image.tar', 'docker-archive:index.tar', 'oci:layout-index:e2e'])(
    'copies %s, and its layers stay as they are',
    async (place) => {
      const target = at(`copy-${place.replaceAll(/[^a-z]/g, '-')}`);
      await run(['skopeo', 'copy', '--quiet', place, `dir:${target}`], { cwd: directory });
      const manifest = JSON.parse(await readFile(join(target, 'manifest.json'), 'utf8'));
      expect(manifest.config.digest).toBe(image.configDescriptor.digest);
      if (place.startsWith('oci'))
        expect(manifest.layers.map((layer: { digest: string }) => layer.digest)).toEqual(image.layers.map((layer) => layer.digest));
    },
  );
});

describe('umoci', () => {
  it('unpacks the tree with contents, modes, owners, times and links', async () => {
    await run(['umoci', 'unpack', '--image', `${at('layout')}:e2e`, at('bundle')]);
    const root = at('bundle/rootfs');
    expect(await readFile(join(root, 'app/hello.txt'), 'utf8')).toBe('world\n');
    expect(await readlink(join(root, 'app/link'))).toBe('hello.txt');
    expect(await readdir(join(root, 'app'))).toEqual(expect.arrayContaining(['größe und länge.txt']));
    const found = await stat(join(root, 'var/log/small'));
    expect([found.mode & 0o7777, found.uid, found.gid, found.mtimeMs]).toEqual([0o700, 33, 33, 946_684_800_000]);
    expect((await stat(join(root, 'tmp'))).mode & 0o7777).toBe(0o1777);
  });
});

/** Runs the image as `wherry run` does. */
async function wherryRun(options: Partial<RunOptions>, env: Record<string, string>) {
  return start([process.execPath, runner, at('store'), JSON.stringify(options)], { env }).ended;
}

function runsLikeTheOthers(engine: 'docker' | 'podman', env: () => Record<string, string>): void {
  it('keeps the image of the last run only', async () => {
    await smallImage(context, { annotations: {}, config: { ...smallConfig, workdir: '/' } });
    await wherryRun({ with: engine, args: ['sh', '-c', 'exit 0'] }, env());
    await smallImage(context);
    await wherryRun({ with: engine, args: ['sh', '-c', 'exit 0'] }, env());
    const list = await run([engine, 'image', 'ls', '--format', '{{.Tag}}', 'wherry/small'], { env: env() });
    expect(list.match(/run-.*/g)).toEqual([`run-${image.configDescriptor.digest.slice(7, 19)}`]);
  });

  it('runs the image with a variable, and passes the exit status through', async () => {
    const outcome = await wherryRun({ with: engine, env: ['TOKEN'] }, { ...env(), TOKEN: 'random-1' });
    expect(outcome).toMatchObject({ status: 0, out: 'hello random-1 1001:1001 world\n' });
    expect((await wherryRun({ with: engine, args: ['sh', '-c', 'exit 42'] }, env())).status).toBe(42);
  });

  it('keeps only the declared directories and /tmp writable on a read-only root', async () => {
    const script = 'touch /app/x /app/state/x /tmp/x /var/cache/small/x; stat -c "%a %u:%g %n" /app/state /var/log/small /tmp';
    const outcome = await wherryRun({ with: engine, readOnly: true, writable, args: ['sh', '-c', script] }, env());
    expect(outcome.err.trim()).toBe('touch: /app/x: Read-only file system');
    expect(outcome.out).toBe('750 1001:1001 /app/state\n700 33:33 /var/log/small\n1777 0:0 /tmp\n');
  });
}

describe('podman', () => {
  let env: Record<string, string>;
  beforeAll(async () => {
    env = await podmanEnvironment(at('podman'));
  });

  it('loads the archive from a file, of one and of several platforms', async () => {
    for (const file of ['image.tar', 'index.tar']) {
      expect(await run(['podman', 'load', '--quiet', '--input', at(file)], { env })).toContain(reference);
      const id = await run(['podman', 'image', 'inspect', '--format', '{{.Id}}', reference], { env });
      expect(`sha256:${id.trim()}`).toBe(image.configDescriptor.digest);
    }
  });

  it('takes --load, and drops nothing of the config but the health check of OCI', async () => {
    const docker = await smallImage(context, { format: 'docker' });
    await smallImage(context);
    const sink = daemonSink('podman', { env: { ...process.env, ...env } });
    const options = { references: ['small:health'], signal: context.signal };
    expect((await sink.put(docker, options)).location).toBe('podman:small:health');
    const health = await run(['podman', 'image', 'inspect', '--format', '{{json .HealthCheck}}', 'small:health'], { env });
    expect(JSON.parse(health)).toMatchObject({ Test: ['CMD', 'true'] });
  });

  runsLikeTheOthers('podman', () => env);

  it('is passed over by wherry run when it cannot start containers', async () => {
    const config = at('broken.conf');
    await writeFile(config, '[engine]\nruntime = "broken"\n[engine.runtimes]\nbroken = ["/bin/false"]\n');
    const broken = { ...env, CONTAINERS_CONF: config, DOCKER_HOST: `unix://${at('no.sock')}`, TOKEN: 'random-2' };
    expect(await wherryRun({ env: ['TOKEN'] }, broken)).toMatchObject({ status: 0, out: 'hello random-2 1001:1001 world\n' });
    const named = await wherryRun({ with: 'podman' }, broken);
    expect(named.status).not.toBe(0);
    expect(named.err).toContain('podman cannot start small');
  });
});

describe('containerd', () => {
  let daemon: Daemon;
  beforeAll(async () => {
    daemon = await startContainerd(at('containerd'));
  });
  afterAll(() => daemon?.stop());
  const ctr = (...args: string[]) => run(['ctr', '--address', daemon.socket, '--namespace', 'e2e', ...args]);

  it.each([['image.tar'], ['index.tar', '--all-platforms']])('imports and checks every layer of %s', async (file, ...flags) => {
    await ctr('images', 'import', '--digests', '--snapshotter', 'native', ...flags, at(file));
    const list = await ctr('images', 'list');
    expect(list).toContain(reference);
    expect(list).toContain((file === 'image.tar' ? image : index).descriptor.digest);
  });

  it('runs it', async () => {
    await ctr('images', 'import', '--snapshotter', 'native', at('image.tar'));
    const out = await ctr('run', '--rm', '--snapshotter', 'native', '--net-host', '--env', 'TOKEN=t', reference, 'e2e-small');
    expect(out).toBe('hello t 1001:1001 world\n');
  });
});

describe('docker', () => {
  let daemon: Daemon;
  let env: Record<string, string>;
  beforeAll(async () => {
    // A newer daemon can be named; the one of the distribution is the oldest that is supported.
    const given = process.env.WHERRY_E2E_DOCKER_HOST;
    if (given === undefined) daemon = await startDocker(at('docker'));
    env = { DOCKER_HOST: given ?? `unix://${daemon.socket}` };
    console.log(await run(['docker', 'version', '--format', 'Docker daemon: {{.Server.Version}}'], { env }));
  });
  afterAll(() => daemon?.stop());

  it.each(['image.tar', 'index.tar'])('loads %s from a file', async (file) => {
    expect(await run(['docker', 'load', '--quiet', '--input', at(file)], { env })).toContain(reference);
    const id = (await run(['docker', 'image', 'inspect', '--format', '{{.Id}}', reference], { env })).trim();
    expect([image.configDescriptor.digest, image.descriptor.digest, index.descriptor.digest]).toContain(id);
  });

  it('takes --load under several names', async () => {
    const sink = daemonSink('docker', { env: { ...process.env, ...env } });
    await sink.put(index, { references: ['small:one', 'example.com/small:two'], signal: context.signal });
    expect(await run(['docker', 'image', 'ls', '--quiet', 'example.com/small:two'], { env })).not.toBe('');
  });

  it('saves what we can read again', async () => {
    await run(['docker', 'save', '--output', at('saved.tar'), 'small:one'], { env });
    const saved = await openImage(await openArchive(at('saved.tar')));
    expect(await imageCheck(saved as Image)).toEqual([]);
  });

  runsLikeTheOthers('docker', () => ({ ...env, PATH: process.env.PATH ?? '' }));
});
