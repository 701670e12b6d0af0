import { constants } from 'node:fs';

type Removable = Record<string, unknown>;

/** Ways to other processes, to native code and to the network, as far as they are values that a script can find. */
const ofProcess = [
  ...['kill', '_kill', '_debugProcess', '_debugEnd', '_startProfilerIdleNotifier', '_stopProfilerIdleNotifier'],
  ...['dlopen', '_linkedBinding', 'getBuiltinModule', 'report', 'abort', 'execve'],
  ...['setuid', 'setgid', 'seteuid', 'setegid', 'setgroups', 'initgroups', '_rawDebug', 'mainModule', 'loadEnvFile'],
];
const ofGlobal = ['fetch', 'WebSocket', 'EventSource', 'navigator', 'require', '_createPyodideModule', 'WebAssembly'];

/**
 * The interpreter asks for `process.binding`, which is closed to a process without rights. All that it takes from there are the constants of open(2).
 */
export function answerBinding(): void {
  const binding = (name: string) => {
    if (name === 'constants') return { fs: constants };
    throw new Error(`${name} is not there`);
  };
  Object.defineProperty(process, 'binding', { value: binding, configurable: true, writable: true });
}

/**
 * Takes away what the started interpreter doesn't need. It is the inner of two walls: the process has no rights either, and runs no code from
 * strings (`sandbox/command.ts`).
 */
export function closeRealm(): void {
  remove(globalThis as unknown as Removable, ofGlobal);
  remove(process as unknown as Removable, [...ofProcess, 'binding']);
  for (const name of ['stdin', 'stdout', 'stderr', 'env'] as const) Object.defineProperty(process, name, { value: undefined });
}

function remove(from: Removable, names: readonly string[]): void {
  for (const name of names) Object.defineProperty(from, name, { value: undefined, configurable: false, writable: false });
}
