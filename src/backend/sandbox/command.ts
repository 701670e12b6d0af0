import { realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** How much of the host a process may see. */
export interface SandboxOptions {
  /** Directories that it may read, beside the code that it runs. */
  readonly readable: readonly string[];
  /** Linux: own user, network, process and mount namespaces. */
  readonly namespaces: boolean;
  /** Seconds of CPU time. */
  readonly seconds: number;
  /** The script to run; default: the one that runs hooks. Tests give others. */
  readonly script?: string;
}

/** A command line; the environment is empty but for the time zone. */
export interface SandboxCommand {
  readonly program: string;
  readonly arguments: readonly string[];
}

/** Where the code is that a child runs, from sources and from the bundle alike. */
function ownCode(): { readonly script: string; readonly places: readonly string[] } {
  const isSource = import.meta.url.endsWith('.ts');
  const at = (source: string, bundled: string) => realpathSync(fileURLToPath(new URL(isSource ? source : bundled, import.meta.url)));
  const script = at('../inside/main.ts', '../backend/inside.js');
  // package.json says that its files are ES modules.
  return { script, places: [join(dirname(script), '..'), at('../../../package.json', '../../package.json')] };
}

/** Megabytes of JavaScript objects; the interpreter's memory is not among them. */
const heap = 1024;
/** Kilobytes of the 8 MB that a main thread has everywhere. */
const stack = 4000;

/**
 * The command line of a process without rights: Node's permission model lets it read the interpreter and its own code, write nothing, start
 * no programs and threads, load no native code; strings are not code in it; no debugger can be woken. On Linux there is also no
 * network, no process but itself, and no file but those of Node, the interpreter and this code.
 */
export function sandboxCommand(options: SandboxOptions): SandboxCommand {
  const own = ownCode();
  const script = options.script === undefined ? own.script : realpathSync(options.script);
  const folders = [...new Set([...options.readable.map((path) => realpathSync(path)), ...own.places, script])];
  const node = realpathSync(process.execPath);
  const flags = [
    '--permission',
    ...folders.map((path) => `--allow-fs-read=${path}`),
    '--disallow-code-generation-from-strings',
    '--disable-sigusr1',
    '--no-warnings',
    `--max-old-space-size=${heap}`,
    `--stack-size=${stack}`,
    script,
  ];
  if (process.platform === 'win32') return { program: node, arguments: flags };
  const limit = `ulimit -t ${Math.ceil(options.seconds)}; `;
  if (!options.namespaces) return { program: '/bin/sh', arguments: ['-c', `${limit}exec "$@"`, 'sh', node, ...flags] };
  const unshare = ['--user', '--map-root-user', '--net', '--pid', '--ipc', '--uts', '--mount', '--fork', '--kill-child'];
  // A place inside of another comes after it; before, it would stand in its way.
  const visible = [node, ...libraries, ...folders].sort();
  return {
    program: 'unshare',
    arguments: [...unshare, '--', '/bin/sh', '-c', `${limit}${emptyRoot}`, 'sh', `${visible.length}`, ...visible, node, ...flags],
  };
}

/** Where the dynamic loader looks for what Node is linked with. */
const libraries = ['/lib', '/lib32', '/lib64', '/usr/lib', '/usr/lib64', '/usr/local/lib', '/nix/store', '/gnu/store'];

/**
 * Makes a root of the given number of places alone and runs the rest in it: a socket in the file system (of a container engine, for
 * example) would be a way out that no network namespace closes. /sys is only where the new root is put together; nothing on the host changes.
 * What is there already is left alone: it is the host's own file, seen through an outer place.
 */
const emptyRoot = `
set -e
mount -t tmpfs -o mode=0755 none /sys
count=$1
shift
while [ "$count" -gt 0 ]; do
  if [ -e "$1" ] && [ ! -e "/sys$1" ]; then
    if [ -d "$1" ]; then mkdir -p "/sys$1"; else mkdir -p "/sys\${1%/*}"; : > "/sys$1"; fi
    mount -o bind "$1" "/sys$1"
    mount -o remount,bind,ro "/sys$1" 2>/dev/null || :
  fi
  shift
  count=$((count - 1))
done
environment=$(command -v env)
change=$(command -v chroot)
exec "$environment" -i TZ=UTC "$change" /sys "$@"
`;
