import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Started, start, until } from './command.ts';
import { freePort } from './network.ts';

/** Debian's docker-registry (distribution 2.8) on a loopback port; the one account is `user:secret`. */
export interface DockerRegistry {
  /** `127.0.0.1:PORT` */
  readonly host: string;
  /** `METHOD path` of every request so far, from its access log. */
  requests(): readonly string[];
  stop(): Promise<void>;
}

/** bcrypt of `secret`. */
const accounts = 'user:$2y$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a\n';

/** Starts a registry with a store of its own; the caller stops it. */
export async function startDockerRegistry(directory: string): Promise<DockerRegistry> {
  await mkdir(directory, { recursive: true });
  const [config, htpasswd] = [join(directory, 'config.yml'), join(directory, 'htpasswd')];
  const host = `127.0.0.1:${await freePort()}`;
  await writeFile(htpasswd, accounts);
  await writeFile(config, configOf({ host, htpasswd, root: join(directory, 'data') }));
  const daemon = start(['docker-registry', 'serve', config]);
  await until(`an answer of ${host}`, () => answers(host, daemon));
  const stop = async (): Promise<void> => {
    daemon.kill('SIGTERM');
    await daemon.ended;
  };
  return { host, requests: () => requestsIn(daemon.out()), stop };
}

function configOf({ host, htpasswd, root }: { readonly host: string; readonly htpasswd: string; readonly root: string }): string {
  return JSON.stringify({
    version: 0.1,
    log: { level: 'error' },
    storage: { filesystem: { rootdirectory: root } },
    http: { addr: host },
    auth: { htpasswd: { realm: 'test', path: htpasswd } },
  });
}

async function answers(host: string, daemon: Started): Promise<boolean> {
  if (daemon.pid === 0) throw new Error((await daemon.ended).err);
  return await fetch(`http://${host}/v2/`).then(
    (response) => response.status === 401,
    () => false,
  );
}

function requestsIn(log: string): string[] {
  return [...log.matchAll(/"([A-Z]+) (\/v2\/\S+) HTTP/g)].map(([, method, path]) => `${method} ${path}`);
}
