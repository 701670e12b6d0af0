import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sampleImage } from '../../test/sampleImage.ts';
import type { WherryEvent } from '../events.ts';
import type { Image } from '../image/index.ts';
import { openStore } from '../store/index.ts';
import { runImage } from './run.ts';
import type { RunOptions } from './types.ts';

let directory: string;
let image: Image;
let events: WherryEvent[];
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wherry-run-first-'));
  events = [];
  // Of another CPU, so that unshare is no way out on any machine.
  image = await sampleImage({ platform: { os: 'linux', architecture: process.arch === 'x64' ? 'arm64' : 'amd64' } });
});
afterEach(() => rm(directory, { recursive: true, force: true }));

/** Lines of a shell script that plays `docker` or `podman`; `$*` are its arguments. */
async function program(name: 'docker' | 'podman', cases: Readonly<Record<string, string>>): Promise<void> {
  const lines = Object.entries(cases).map(([pattern, action]) => `  ${pattern}) ${action} ;;`);
  const script = `#!/bin/sh\necho "$*" >> ${directory}/calls\ncase "$*" in\n${lines.join('\n')}\nesac\n`;
  await writeFile(join(directory, name), script);
  await chmod(join(directory, name), 0o755);
}

const crun = 'Error: crun: setrlimit RLIMIT_NOFILE: Operation not permitted: OCI permission denied';

/** A podman whose containers end with `status`; `probe` is what it does when asked for a program that is missing. */
function podman(status: number, probe: string): Promise<void> {
  return program('podman', {
    'info*': 'echo amd64',
    'load*': 'cat > /dev/null',
    '"image inspect"*': `echo ${image.configDescriptor.digest.slice(7)} ${image.layers.map((layer) => layer.diffId).join(' ')}`,
    '*--entrypoint=*': probe,
    'run*': `exit ${status}`,
  });
}

async function run(options: Partial<RunOptions> = {}): Promise<number> {
  const env = { PATH: `${directory}:/usr/bin:/bin`, DOCKER_HOST: `unix://${directory}/no.sock` };
  const context = { env, emit: (event: WherryEvent) => events.push(event), signal: new AbortController().signal };
  const store = await openStore({ env: {}, directory: join(directory, 'store') });
  const rest = { http: { request: () => Promise.reject(new Error('no network')) }, store, offline: true, workers: 1 };
  return await runImage({
    image,
    handlers: join(directory, 'handlers'),
    stdio: ['ignore', 'ignore', 'ignore'],
    context: { ...context, ...rest },
    ...options,
  });
}

const notes = () => events.map((event) => (event.type === 'note' ? event.message : event.type));
const absent = () => program('docker', { '*': 'exit 1' });

describe('without --with', () => {
  it('takes the first that answers and passes the status through', async () => {
    await absent();
    await podman(7, 'exit 99');
    expect(await run()).toBe(7);
    expect(notes()).toEqual(['running site with podman']);
  });

  it.each([125, 126, 127])('passes %i of the program itself through, when the engine can start containers', async (status) => {
    await absent();
    await podman(status, 'echo "Error: $3 $4: No such file or directory" >&2; exit 127');
    expect(await run()).toBe(status);
    expect(notes()).toEqual(['running site with podman']);
    expect(await readFile(join(directory, 'calls'), 'utf8')).toMatch(
      /run --rm --pull=never --entrypoint=\S+ docker.io\/wherry\/site:run-\w+\n$/,
    );
  });

  it('goes on when the engine cannot start any container, and says why', async () => {
    await absent();
    await podman(126, `echo "${crun}" >&2; exit 126`);
    const reason = 'crun: setrlimit RLIMIT_NOFILE: Operation not permitted: OCI permission denied';
    await expect(run()).rejects.toMatchObject({
      code: 'RUN_NO_RUNTIME',
      details: ['docker: does not answer', `podman: ${reason}`, expect.stringContaining('with unshare: the image is for linux/')],
    });
    expect(notes()).toEqual(['running site with podman', `podman cannot start site: ${reason}; trying the next runtime`]);
  });

  it('goes on when the engine does not take the image', async () => {
    await program('docker', { '*': 'exit 0' });
    await podman(3, '');
    expect(await run()).toBe(3);
    expect(notes()).toEqual([
      'running site with docker',
      expect.stringMatching(/^docker cannot start site: .+; trying the next runtime$/),
      'running site with podman',
    ]);
  });

  it('does not hide a mistake in what was asked for', async () => {
    await absent();
    await podman(0, '');
    await expect(run({ envFile: join(directory, 'no-such-file') })).rejects.toMatchObject({ code: 'USAGE' });
  });
});

describe('with a named engine', () => {
  it('is an error when it cannot start the container', async () => {
    await podman(125, `echo "docker: Error response from daemon: runc create failed" >&2; echo "See 'docker run --help'." >&2; exit 125`);
    await expect(run({ with: 'podman' })).rejects.toMatchObject({
      code: 'RUN_FAILED',
      details: ['runc create failed'],
      hint: 'repair podman, or use another --with',
    });
  });

  it('is an error when it does not answer', async () => {
    await absent();
    await expect(run({ with: 'docker' })).rejects.toMatchObject({ code: 'DAEMON_UNREACHABLE' });
  });
});
