import { join } from 'node:path';
import type { Context } from '../context.ts';
import { digestOf, hexOf } from '../digest.ts';
import { download } from '../download/index.ts';
import { ToolError } from '../errors/index.ts';
import { readBody } from '../http/index.ts';
import { isWholeFolder, placeFolder, privateFolder } from '../store/index.ts';
import { bundledInterpreter } from './bundled.ts';
import { bundledMinor, type Interpreter, interpreterFor } from './interpreters.ts';
import { type NpmRegistry, npmRegistry } from './npm.ts';
import { unpackInterpreter } from './unpack.ts';

/** Bytes of a registry's answer about one version of a package. */
const maxMetadata = 4 * 1024 * 1024;

/**
 * Directory of an interpreter's files: of the dependency, or of the store, where the npm package is unpacked once. Errors: BYTECODE_UNAVAILABLE, BYTECODE_INTERPRETER, those of the store.
 */
export async function fetchInterpreter(minor: string, ctx: Context, options: { readonly interpreter?: Interpreter } = {}): Promise<string> {
  if (minor === bundledMinor && options.interpreter === undefined) return bundledInterpreter();
  const interpreter = options.interpreter ?? interpreterFor(minor);
  if (interpreter === undefined) throw new TypeError(`no interpreter for Python ${minor}`);
  const folder = await privateFolder(ctx.store.directory, 'interpreters');
  const target = join(folder, `pyodide-${interpreter.package}-${hexOf(digestOf(interpreter.integrity)).slice(0, 32)}`);
  if (await isWholeFolder(ctx.store.directory, target)) return target;
  const tarball = await tarballOf(interpreter, ctx);
  await placeFolder(ctx.store.directory, target, unpackInterpreter(tarball, interpreter));
  return target;
}

async function tarballOf(interpreter: Interpreter, ctx: Context): Promise<Uint8Array> {
  const known = await ctx.store.read(interpreter.sha256);
  if (known !== undefined) return known;
  if (ctx.offline) throw unavailable(interpreter, 'no request may be sent', { hint: 'run the command once without --offline' });
  const registry = await npmRegistry(ctx.env, ctx.defaults?.npm);
  if (registry === undefined) throw unavailable(interpreter, 'no npm registry is configured');
  ctx.emit({ type: 'note', message: `fetching CPython ${interpreter.cpython} for WebAssembly, which compiles the bytecode (once)` });
  try {
    await fetchTarball(interpreter, ctx, registry);
  } catch (error) {
    ctx.signal.throwIfAborted();
    throw asUnavailable(interpreter, error);
  }
  const bytes = await ctx.store.read(interpreter.sha256);
  if (bytes === undefined) throw unavailable(interpreter, 'it was fetched, but is not in the store');
  return bytes;
}

/** Nearly all registries have tarballs at one place; the others say in the metadata where. */
async function fetchTarball(interpreter: Interpreter, ctx: Context, registry: NpmRegistry): Promise<void> {
  const usual = new URL(`pyodide/-/pyodide-${interpreter.package}.tgz`, registry.url).href;
  try {
    await fromUrl(usual, interpreter, { ctx, registry });
  } catch (error) {
    if (!(error instanceof ToolError) || error.code !== 'DOWNLOAD_NOT_FOUND') throw error;
    const other = await tarballUrl(interpreter, ctx, registry);
    if (other === undefined || other === usual) throw error;
    await fromUrl(other, interpreter, { ctx, registry });
  }
}

async function fromUrl(
  url: string,
  { sha256, size, cpython }: Interpreter,
  { ctx, registry }: { readonly ctx: Context; readonly registry: NpmRegistry },
): Promise<void> {
  const label = `CPython ${cpython} for WebAssembly`;
  // The user's own configuration may name a registry by plain http; the pinned hash protects what it sends.
  await download({ urls: [url], digest: sha256, size, label, ctx, allowHttp: true, authorize: registry.authorize });
}

async function tarballUrl(interpreter: Interpreter, ctx: Context, registry: NpmRegistry): Promise<string | undefined> {
  const url = new URL(`pyodide/${interpreter.package}`, registry.url).href;
  const headers = { accept: 'application/json', ...(await registry.authorize(url)) };
  const response = await ctx.http.request({ method: 'GET', url, headers, signal: ctx.signal, allowHttp: true });
  const body = await readBody(response, maxMetadata);
  if (response.status !== 200) return undefined;
  const { dist } = parsed(body) as { readonly dist?: { readonly tarball?: unknown } };
  return typeof dist?.tarball === 'string' && URL.canParse(dist.tarball) ? dist.tarball : undefined;
}

function parsed(body: Uint8Array): object {
  try {
    const value: unknown = JSON.parse(Buffer.from(body).toString());
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}

/** Faults of the way to the registry become one error that says what it was for; those of the disk stay. */
function asUnavailable(interpreter: Interpreter, error: unknown): unknown {
  if (!(error instanceof ToolError) || error.code.startsWith('STORE_')) return error;
  const details = [error.message, ...error.details];
  return unavailable(interpreter, 'the npm registry did not give it', { details, cause: error });
}

function unavailable(
  { minor, package: version }: Interpreter,
  reason: string,
  more: { readonly hint?: string; readonly details?: readonly string[]; readonly cause?: unknown } = {},
): ToolError {
  const hint = more.hint ?? 'set npm_config_registry, or registry and its credentials in ~/.npmrc';
  return new ToolError('BYTECODE_UNAVAILABLE', `could not get the interpreter of Python ${minor} (pyodide ${version}): ${reason}`, {
    ...more,
    hint: `${hint}; or leave bytecode out: bytecode = "none" in [tool.wherry]`,
  });
}
