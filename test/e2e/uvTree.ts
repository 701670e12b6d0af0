import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { enter } from './chroot.ts';
import { root as checkout, uv } from './product.ts';

/** Where a project lies inside; not in /app, where its own files are. */
const inside = '/project';

interface SyncOptions {
  readonly root: string;
  /** Absolute path of the interpreter inside. */
  readonly python: string;
  readonly compile?: boolean;
  /** A requirements file of the project, installed by `uv pip sync` into a new environment instead. */
  readonly requirements?: string;
  /** Where a list without URLs is looked up. */
  readonly index?: string;
  /** POSIX path of the project below the directory that is copied; that directory itself if not given. */
  readonly below?: string;
  /** What uv is asked for instead of `--locked`. */
  readonly flags?: readonly string[];
  /** Directory of uv's cache. */
  readonly cache?: string;
  /** The host's git is there too, for versions that come from it. It can read repositories; it cannot fetch. */
  readonly git?: boolean;
}

/**
 * What the real `uv sync --locked --no-dev --no-editable` installs at /app/.venv, run inside an unpacked image with the interpreter of its base; with
 * `compile` also the bytecode that `--compile-bytecode` makes.
 */
export async function syncWithUv(project: string, options: SyncOptions): Promise<void> {
  const { root, python, requirements, index, below = '', cache = join(checkout, '.cache/e2e/uv') } = options;
  cpSync(project, join(root, inside), { recursive: true, verbatimSymlinks: true, filter: (path) => !path.endsWith('__pycache__') });
  mkdirSync(cache, { recursive: true });
  const env = { ...process.env, ...(await certificates(root)), ...variables, UV_PYTHON: python, ...(index && { UV_DEFAULT_INDEX: index }) };
  const binds = { [uv]: '/usr/local/bin/uv', [cache]: '/uv-cache', ...(options.git ? hostGit(root) : {}) };
  const program = '/usr/local/bin/uv';
  const given = ['--quiet', ...(options.compile ? ['--compile-bytecode'] : [])];
  const commands =
    requirements === undefined
      ? [[program, 'sync', ...given, ...(options.flags ?? ['--locked']), '--no-dev', '--no-editable']]
      : [
          [program, 'venv', '--quiet', variables.UV_PROJECT_ENVIRONMENT],
          [program, 'pip', 'sync', ...given, '--python', variables.UV_PROJECT_ENVIRONMENT, requirements],
        ];
  for (const command of commands) {
    const { status, stdout, stderr } = await enter(command, { root, cwd: join(inside, below), env, binds });
    if (status !== 0) throw new Error(`uv ${command[1]} ended with ${status}\n${stdout}${stderr}`);
  }
}

const variables = {
  PATH: '/usr/local/bin:/usr/bin:/bin',
  HOME: '/tmp',
  TMPDIR: '/tmp',
  UV_PROJECT_ENVIRONMENT: '/app/.venv',
  UV_CACHE_DIR: '/uv-cache',
  UV_LINK_MODE: 'copy',
  UV_PYTHON_PREFERENCE: 'only-system',
  UV_PYTHON_DOWNLOADS: 'never',
  VIRTUAL_ENV: undefined,
  SSL_CERT_DIR: undefined,
};

/**
 * A bare image has no git. The host's libraries may be others than the image's, so it is started by the host's own loader, and a script with its name
 * lies inside.
 */
function hostGit(root: string): Record<string, string> {
  const [triplet, loader] =
    process.arch === 'x64' ? ['x86_64-linux-gnu', 'ld-linux-x86-64.so.2'] : ['aarch64-linux-gnu', 'ld-linux-aarch64.so.1'];
  const libraries = `/host/lib/${triplet}`;
  const script = `#!/bin/sh\nexec ${libraries}/${loader} --library-path ${libraries} /host/bin/git --exec-path=/host/lib/git-core "$@"\n`;
  const file = join(root, 'usr/local/bin/git');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, script, { mode: 0o755 });
  return { '/usr': '/host' };
}

/** The host's own bundle: it may hold certificates of a proxy. */
async function certificates(root: string): Promise<Record<string, string>> {
  const bundle = process.env.SSL_CERT_FILE ?? '/etc/ssl/certs/ca-certificates.crt';
  if (!existsSync(bundle)) return {};
  const copy = '/tmp/certificates.crt';
  cpSync(bundle, join(root, copy), { dereference: true });
  return { SSL_CERT_FILE: copy };
}

/** `home` and `version_info` of an environment, for the interpreter that it was made for. */
export function interpreterOf(venv: string): string {
  const text = readFileSync(join(venv, 'pyvenv.cfg'), 'utf8');
  const [, home = '', minor = ''] = /home = (\S+)[\s\S]*version_info = (\d+\.\d+)/.exec(text) ?? [];
  return `${home}/python${minor}`;
}
