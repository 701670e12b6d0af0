import { randomBytes } from 'node:crypto';
import { appendFile, mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run, type Started, start, until } from './command.ts';
import { canStack, type Daemon, podmanEnvironment, removeMounted, startContainerd, startDocker, versions } from './daemons.ts';
import { fetchIn, inOwnNetwork } from './network.ts';
import { excludeNewer, startWherry, uv, wherry, writeFiles } from './sampleProject.ts';

const app = `import os

import numpy as np
from fastapi import FastAPI

app = FastAPI()


@app.get("/")
def read():
    cities, index = np.unique(["Oslo", "Rome", "Oslo"], return_inverse=True)
    sold = np.bincount(index, weights=[1, 2, 3]).astype(int)
    return {"token": os.environ["TOKEN"], "sold": dict(zip(cities.tolist(), sold.tolist())), "uid": os.getuid()}
`;

let directory: string;
let digest: string;
const at = (name: string) => join(directory, name);

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wherry-e2e-ordinary-'));
  await uv(directory, 'init', '--quiet', '--package', 'shop');
  await appendFile(at('shop/pyproject.toml'), `\n${excludeNewer}`);
  await uv(at('shop'), 'add', '--quiet', '--no-sync', 'fastapi', 'uvicorn', 'numpy');
  await writeFiles(at('shop'), { 'src/shop/main.py': app });
  const { out, err } = await wherry(['build', at('shop'), '--oci', at('layout'), '--tar', at('shop.tar'), '--tag', 'shop:e2e']);
  digest = /^shop@(sha256:[0-9a-f]{64})$/m.exec(out)?.[1] ?? out;
  const tools = ['--version'];
  const peers = ['skopeo', 'umoci', 'podman', 'containerd', 'dockerd', 'runc', 'unshare'].map((name) => [name, ...tools]);
  console.log(`${err}\n${await versions([['crane', 'version'], ...peers])}`);
});
afterAll(() => removeMounted(directory));

/** Asks the container whose first process is `pid` for a token that only its own environment holds. */
async function expectAnswer(pid: number, token: string, port = 8000): Promise<void> {
  const answer = await fetchIn(pid, `http://127.0.0.1:${port}/`);
  expect(answer).toMatchObject({ status: 200, body: JSON.stringify({ token, sold: { Oslo: 4, Rome: 2 }, uid: 1001 }) });
}

async function endedEarly(running: Started): Promise<never> {
  const { status, out, err } = await running.ended;
  throw new Error(`the container ended with ${status}:\n${out}${err}`);
}

/** Process of the container `shop` in what `ctr tasks list` prints. */
function taskOf(list: string): string | undefined {
  return /^shop\s+(\d+)\s+RUNNING/m.exec(list)?.[1];
}

const newToken = () => randomBytes(16).toString('hex');

describe('tools take the image', () => {
  it('crane validates the archive', async () => {
    expect(await run(['crane', 'validate', '--tarball', at('shop.tar')])).toContain('PASS');
  });

  it('skopeo copies the layout', async () => {
    await run(['skopeo', 'copy', '--quiet', `oci:${at('layout')}:e2e`, `dir:${at('copy')}`]);
    const manifest = JSON.parse(await readFile(at('copy/manifest.json'), 'utf8'));
    expect(manifest.layers.length).toBeGreaterThan(5);
    expect(digest).toBe((await run(['skopeo', 'inspect', '--format', '{{.Digest}}', `oci:${at('layout')}:e2e`])).trim());
  });

  it('umoci unpacks it', async () => {
    await run(['umoci', 'unpack', '--image', `${at('layout')}:e2e`, at('bundle')]);
    const venv = at('bundle/rootfs/app/.venv');
    expect(await readFile(join(venv, 'pyvenv.cfg'), 'utf8')).toContain('home = /usr/bin');
  });
});

describe('the app answers over HTTP', () => {
  it('under wherry run', async () => {
    const token = newToken();
    const args = ['run', at('shop'), '--with', 'unshare', '--read-only', '-p', '8080:8000', '-e', 'TOKEN', '--quiet'];
    const running = startWherry(args, { env: { TOKEN: token }, wrap: inOwnNetwork });
    await expectAnswer(running.pid, token, 8080);
    running.kill('SIGTERM');
    expect(await running.ended).toMatchObject({ status: 0 });
  });

  it('under Podman', async () => {
    const token = newToken();
    const env = { ...(await podmanEnvironment(at('podman'))), TOKEN: token };
    await run(['podman', 'load', '--quiet', '--input', at('shop.tar')], { env });
    await run(['podman', 'run', '--detach', '--name=shop', '--network=none', '--env=TOKEN', 'shop:e2e'], { env });
    try {
      await expectAnswer(Number(await run(['podman', 'inspect', '--format={{.State.Pid}}', 'shop'], { env })), token);
    } finally {
      await run(['podman', 'rm', '--force', '--time=5', 'shop'], { env });
    }
  });

  describe('with containerd', () => {
    let daemon: Daemon;
    beforeAll(async () => {
      daemon = await startContainerd(at('containerd'));
    });
    afterAll(() => daemon?.stop());
    const ctr = (...args: readonly string[]) => run(['ctr', '--address', daemon.socket, '--namespace', 'e2e', ...args]);

    it('under ctr run', async () => {
      const token = newToken();
      const snapshotter = `--snapshotter=${(await canStack(at('containerd'))) ? 'overlayfs' : 'native'}`;
      await ctr('images', 'import', snapshotter, at('shop.tar'));
      const [name = ''] = (await ctr('images', 'list', '--quiet')).trim().split('\n');
      const running = start([
        'ctr',
        '--address',
        daemon.socket,
        '--namespace=e2e',
        'run',
        '--rm',
        snapshotter,
        `--env=TOKEN=${token}`,
        name,
        'shop',
      ]);
      try {
        await Promise.race([
          until('the container runs', async () => taskOf(await ctr('tasks', 'list')) !== undefined),
          endedEarly(running),
        ]);
        await expectAnswer(Number(taskOf(await ctr('tasks', 'list'))), token);
      } finally {
        running.kill('SIGTERM');
      }
      expect(await running.ended).toMatchObject({ status: 0 });
    });
  });

  describe('with a daemon', () => {
    let daemon: Daemon;
    beforeAll(async () => {
      daemon = await startDocker(at('docker'));
    });
    afterAll(() => daemon?.stop());

    it('under Docker', async () => {
      const token = newToken();
      const env = { DOCKER_HOST: `unix://${daemon.socket}`, TOKEN: token };
      await run(['docker', 'load', '--quiet', '--input', at('shop.tar')], { env });
      await run(['docker', 'run', '--detach', '--name=shop', '--network=none', '--env=TOKEN', 'shop:e2e'], { env });
      try {
        await expectAnswer(Number(await run(['docker', 'inspect', '--format={{.State.Pid}}', 'shop'], { env })), token);
      } finally {
        await run(['docker', 'rm', '--force', 'shop'], { env });
      }
    });
  });
});
