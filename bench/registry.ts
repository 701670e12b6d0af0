import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { run, start, until } from '../test/e2e/command.ts';
import { freePort } from '../test/e2e/network.ts';
import { writeLayout } from '../test/e2e/pythonBase.ts';
import { makeImage, preparedLayer, tarOf } from '../test/images.ts';
import { atEnd } from './endings.ts';
import { standIn } from './standIn.ts';

/** Debian's docker-registry on a loopback port, without login. */
export interface BenchRegistry {
  /** `127.0.0.1:PORT` */
  readonly host: string;
  /** Starts it again with nothing in it. */
  reset(): Promise<void>;
}

/** Starts a registry on a free port, over a directory of its own; it stops when the benchmark ends. */
export async function startRegistry(directory: string): Promise<BenchRegistry> {
  await mkdir(directory, { recursive: true });
  const host = `127.0.0.1:${await freePort()}`;
  let stop = await serve(directory, host);
  atEnd(async () => await stop());
  return {
    host,
    reset: async () => {
      await stop();
      await rm(join(directory, 'data'), { recursive: true, force: true });
      stop = await serve(directory, host);
    },
  };
}

/** Gives what stops it. */
async function serve(directory: string, host: string): Promise<() => Promise<void>> {
  const config = join(directory, 'config.yml');
  const storage = { filesystem: { rootdirectory: join(directory, 'data') } };
  await writeFile(
    config,
    JSON.stringify({ version: 0.1, log: { level: 'error', accesslog: { disabled: true } }, storage, http: { addr: host } }),
  );
  const daemon = start(['setpriv', '--pdeathsig', 'TERM', 'docker-registry', 'serve', config], { detached: true });
  await until(`an answer of ${host}`, () =>
    fetch(`http://${host}/v2/`).then(
      ({ ok }) => ok,
      () => false,
    ),
  );
  return async () => {
    daemon.kill('SIGTERM');
    await daemon.ended;
  };
}

const path = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Pushes what the Dockerfile starts from: the stand-in of `python:3.13-slim`, and an image that holds nothing but uv. */
export async function pushBases(host: string, { uv, directory }: { readonly uv: string; readonly directory: string }): Promise<void> {
  const tar = await readFile(await standIn());
  const base = { layers: [preparedLayer(tar, gzipSync(tar, { level: 6 }))], config: { Env: [path], Cmd: ['python3'] } };
  const tool = await tarOf([{ path: 'uv', content: await readFile(uv) }]);
  await pushImage(`${host}/python:3.13-slim`, { image: base, directory });
  await pushImage(`${host}/uv:latest`, { image: { layers: [preparedLayer(tool, gzipSync(tool, { level: 6 }))] }, directory });
}

async function pushImage(
  reference: string,
  { image, directory }: { readonly image: Parameters<typeof makeImage>[0]; readonly directory: string },
): Promise<void> {
  const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64';
  const layout = join(directory, 'pushed');
  await writeLayout(layout, await makeImage({ architecture, ...image }));
  await run(['skopeo', 'copy', '--insecure-policy', '--quiet', '--dest-tls-verify=false', `oci:${layout}`, `docker://${reference}`]);
  await rm(layout, { recursive: true });
}
