import { realpathSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { compiledLibrary, fetchInterpreter, interpreterFor, memoryPath } from '../bytecode/index.ts';
import type { Context } from '../context.ts';
import { readSealed, writeSealed } from '../store/index.ts';
import { failure, unsupportedPython } from './failures.ts';
import { program } from './inside/program.ts';
import { type Child, type Received, startChild } from './sandbox/child.ts';
import { sandboxCommand } from './sandbox/command.ts';
import type { BuildJob, BuildLimits } from './types.ts';

const defaultLimits: BuildLimits = { milliseconds: 10 * 60 * 1000, bytes: 2 * 1024 ** 3 };
/** Names the memories that builds start from. */
const own = { prefix: 'backend', format: 1, program } as const;

/** A child whose interpreter has been told to start. */
export interface Started {
  readonly child: Child;
  /**
   * Stores the memory that a child was asked for and sends before any code of the package runs; false for every other: later builds would start
   * from it, so a package must not be able to give one.
   */
  readonly keep: (memory: Uint8Array) => Promise<boolean>;
  /** Forgets the stored memory that it started from; tells whether there was one. */
  readonly forget: () => Promise<boolean>;
}

/** Set after the first start that namespaces are not to be had on this machine. */
let namespaces = process.platform === 'linux';

/** Starts a child and its interpreter, from a stored memory if there is one. Errors: BACKEND_PYTHON, BACKEND_FAILED, those of `fetchInterpreter`. */
export async function startBackend(job: BuildJob, ctx: Context, seed: string): Promise<Started> {
  const interpreter = interpreterFor(job.minor);
  if (interpreter === undefined) throw unsupportedPython(job);
  const place = await fetchInterpreter(job.minor, ctx);
  const directory = realpathSync(place);
  const library = realpathIfThere(compiledLibrary(place));
  const isStorable = interpreter.hasSnapshot && seed === '0';
  const path = isStorable
    ? await memoryPath(ctx.store.directory, interpreter, { ...own, library: library !== undefined }).catch(() => undefined)
    : undefined;
  const stored = path === undefined ? undefined : readSealed(path);
  const child = await startReady(job, ctx, library === undefined ? [directory] : [directory, library]);
  const memory = stored !== undefined ? 'stored' : path !== undefined ? 'wanted' : 'none';
  await child.send({ type: 'start', interpreter: directory, library, seed, memory }, stored);
  let isAwaited = memory === 'wanted';
  return {
    child,
    keep: async (bytes) => {
      if (!isAwaited || path === undefined) return false;
      isAwaited = false;
      // A store that can not be written to costs time only.
      await writeSealed(ctx.store.directory, path, bytes).catch(() => undefined);
      return true;
    },
    forget: async () => {
      if (path !== undefined) await rm(path, { force: true });
      return stored !== undefined;
    },
  };
}

function realpathIfThere(path: string | undefined): string | undefined {
  return path === undefined ? undefined : realpathSync(path);
}

/** A child that runs; without namespaces where there are none, which is said once. */
async function startReady(job: BuildJob, ctx: Context, readable: readonly string[]): Promise<Child> {
  const limits = { ...defaultLimits, ...job.limits };
  const seconds = (limits.milliseconds / 1000) * 2;
  const child = startChild(sandboxCommand({ readable, namespaces, seconds }), limits, ctx.signal);
  const first: Received | undefined = await child.next();
  if (first?.news?.type === 'ready') return child;
  await child.stop();
  ctx.signal.throwIfAborted();
  if (!namespaces) throw failure(job, { ending: child.ending(), log: '' });
  namespaces = false;
  const message = 'build backends run without namespaces of their own: this machine allows none';
  ctx.emit({ type: 'warning', message, hint: 'a backend could use the network; see docs/builds.md' });
  return await startReady(job, ctx, readable);
}
