import type { Readable } from 'node:stream';
import type { Digest } from '../digest.ts';
import { ToolError } from '../errors/index.ts';
import { type Environment, type ProgramCall, programFailed, runProgram } from './program.ts';

/** containerd by its own client `ctr`, which reads CONTAINERD_ADDRESS, CONTAINERD_NAMESPACE and CONTAINERD_SNAPSHOTTER itself. */
export interface Containerd {
  /** Digests of every blob in the namespace. */
  blobs(): Promise<ReadonlySet<string>>;
  /** Imports the one image of an archive without names, for one platform (`linux/amd64`), and unpacks it. It then goes by `importName`. */
  import(archive: Readable, platform: string): Promise<void>;
  importName(digest: Digest): string;
  /** What `ctr images check` finds under a name; undefined if nothing. */
  check(name: string): Promise<{ readonly digest: string; readonly complete: boolean; readonly unpacked: boolean } | undefined>;
  tag(from: string, name: string): Promise<void>;
  /** Removes a name, if it is there; also after a signal. */
  remove(name: string): Promise<void>;
}

/** Images whose names are still to come. */
const importBase = 'wherry-import';

/** Every call throws DAEMON_UNREACHABLE and DAEMON_REFUSED. */
export function containerd(env: Environment, signal: AbortSignal): Containerd {
  const ctr = (args: readonly string[], input?: Readable) => runCtr({ command: ['ctr', ...args], env, signal, ...(input && { input }) });
  return {
    async blobs() {
      const list = await ctr(['content', 'ls', '--quiet']);
      return new Set(list.split('\n').filter(Boolean));
    },
    async import(archive, platform) {
      // ctr 2 hands imports to a service that only unpacks what its configuration lists; as a client it does what ctr 1 did.
      const local = (await ctr(['images', 'import', '--help'])).includes('--local') ? ['--local'] : [];
      await ctr(['images', 'import', ...local, '--platform', platform, '--digests', '--base-name', importBase, '-'], archive);
    },
    importName: (digest) => `${importBase}@${digest}`,
    async check(name) {
      const table = await ctr(['images', 'check', `name==${name}`]);
      const row = table.split('\n').find((line) => line.startsWith(`${name} `));
      if (row === undefined) return undefined;
      const [, , digest = '', state] = row.split(/\s+/);
      return { digest, complete: state === 'complete', unpacked: /\strue\s*$/.test(row) };
    },
    tag: async (from, name) => void (await ctr(['images', 'tag', '--force', from, name])),
    remove: async (name) => void (await runProgram({ command: ['ctr', 'images', 'rm', name], env })),
  };
}

async function runCtr(call: ProgramCall): Promise<string> {
  const { status, out, err } = await runProgram(call);
  if (status === 0) return out;
  if (!/cannot access socket|failed to dial|connection error|permission denied/.test(err)) throw programFailed(call.command, err);
  throw new ToolError('DAEMON_UNREACHABLE', 'cannot reach containerd', {
    details: err.trim().split('\n').slice(-2),
    hint: 'start containerd, set CONTAINERD_ADDRESS, or run as a user who may use its socket',
  });
}
