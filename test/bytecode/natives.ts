import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { debianRoot } from '../debianRoot.ts';
import { attempt, type Executed, execute } from '../e2e/execute.ts';

const ours = join(import.meta.dirname, '../../.cache/venv/bin/python');
const suites = { '3.11': 'bookworm', '3.13': 'trixie', '3.14': 'sid' } as const;

/** A CPython that is no WebAssembly. */
export interface NativePython {
  /** X.Y.Z. */
  readonly version: string;
  /** An empty directory for its files; gone after `close`. */
  readonly work: string;
  /** Runs it with arguments and variables in which paths below `work` may stand. */
  run(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Executed>;
  close(): void;
}

/** This machine's Python if it is of that minor, else the one of a Debian system, which needs root. */
export async function nativePython(minor: keyof typeof suites): Promise<NativePython> {
  const machine = await started(mkdtempSync(join(tmpdir(), 'wherry-native-')), '', [ours]);
  if (machine.version.startsWith(`${minor}.`)) return machine;
  machine.close();
  return await debianPython(suites[minor]);
}

async function debianPython(suite: string): Promise<NativePython> {
  const tar = await debianRoot({ suite, packages: ['python3'] });
  const root = mkdtempSync(join(tmpdir(), 'wherry-native-'));
  await execute(['tar', '--extract', '--file', tar, '--directory', root]);
  return await started(root, root, ['/usr/sbin/chroot', root, '/usr/bin/python3']);
}

async function started(top: string, root: string, command: readonly string[]): Promise<NativePython> {
  const work = join(top, 'work');
  mkdirSync(work);
  const inside = (arg: string) => (root === '' ? arg : arg.replaceAll(root, ''));
  const run: NativePython['run'] = (args, env = {}) => {
    const more = Object.entries(env).map(([name, value]) => [name, inside(value)]);
    return attempt([...command, ...args.map(inside)], { env: { PATH: '/usr/bin', LANG: 'C.UTF-8', ...Object.fromEntries(more) } });
  };
  const version = (await run(['-c', 'import platform; print(platform.python_version())'])).stdout.trim();
  return { version, work, run, close: () => rmSync(top, { recursive: true, force: true }) };
}
