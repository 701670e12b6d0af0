import { glob, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { Session } from 'node:inspector/promises';
import { join } from 'node:path';
import { execute } from '../test/e2e/execute.ts';
import { root } from '../test/e2e/product.ts';
import type { Profile, ProfileLine } from './types.ts';

/** What V8 writes: a tree of functions, and which of them ran how long. */
export interface CpuProfile {
  readonly nodes: readonly { readonly id: number; readonly callFrame: { readonly functionName: string; readonly url: string } }[];
  /** Node ids. */
  readonly samples: readonly number[];
  /** Microseconds before each sample. */
  readonly timeDeltas: readonly number[];
}

export interface ProfileOptions {
  readonly directory: string;
  readonly project: string;
  readonly flags: readonly string[];
  /** With WHERRY_CACHE_DIR, an empty store. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Profiles one cold build from the sources: its main thread and every worker. */
export async function profileBuild({ directory, project, flags, env }: ProfileOptions): Promise<Profile> {
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true });
  const node = ['--disable-warning=ExperimentalWarning', '--import', join(import.meta.dirname, 'profilePreload.ts'), '--cpu-prof'];
  const main = [`--cpu-prof-dir=${directory}`, '--cpu-prof-name=main.cpuprofile', join(root, 'src/cli/main.ts')];
  const command = [join(root, 'node_modules/node/bin/node'), ...node, ...main, 'build', project, '--locked', '--quiet', ...flags];
  await execute(command, { env: { ...process.env, CI: undefined, PROFILE_DIRECTORY: directory, ...env } });
  const lines: ProfileLine[] = [];
  const modules = await moduleNames();
  for (const name of (await readdir(directory)).toSorted()) {
    const profile = JSON.parse(await readFile(join(directory, name), 'utf8')) as CpuProfile;
    lines.push(...linesOf(profile, { thread: name.split('.')[0] ?? name, modules }));
  }
  return { areas: summed(lines, ({ thread, area }) => `${thread}\0${area}`), functions: summed(lines, keyOf).slice(0, 15) };
}

const keyOf = ({ thread, area, name }: ProfileLine): string => `${thread}\0${area}\0${name}`;

interface Names {
  /** `main` or the folder of the worker. */
  readonly thread: string;
  /** Files of WebAssembly modules by what a profile calls them. */
  readonly modules: ReadonlyMap<string, string>;
}

/** Seconds that each function ran itself, without those it called. */
export function linesOf({ nodes, samples, timeDeltas }: CpuProfile, { thread, modules }: Names): ProfileLine[] {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  return samples.flatMap((id, index) => {
    const frame = frames.get(id);
    if (frame === undefined || frame.functionName === '(idle)') return [];
    const name = frame.functionName === '' ? '(anonymous)' : frame.functionName;
    return [{ thread, area: modules.get(frame.url) ?? areaOf(frame), name, seconds: (timeDeltas[index] ?? 0) / 1e6 }];
  });
}

/** TypeScript knows WebAssembly only together with the types of browsers. */
const engine = (globalThis as unknown as { readonly WebAssembly: { readonly Module: new (bytes: Uint8Array) => object } }).WebAssembly;

/** A profile names a module by a hash of its bytes, which V8 tells to nobody but a debugger. */
async function moduleNames(): Promise<Map<string, string>> {
  const session = new Session();
  session.connect();
  const names = new Map<string, string>();
  let file = '';
  session.on('Debugger.scriptParsed', ({ params }) => void (params.url.startsWith('wasm:') && names.set(params.url, file)));
  await session.post('Debugger.enable');
  for await (const path of glob(['src/**/*.wasm', 'node_modules/pyodide/*.wasm'], { cwd: root })) {
    file = path;
    new engine.Module(await readFile(join(root, path)));
  }
  session.disconnect();
  return names;
}

/** The part of Wherry, of Node or of a package that a function belongs to. */
export function areaOf({ functionName, url }: { readonly functionName: string; readonly url: string }): string {
  const [, folder] = /\/src\/([^/]+)\//.exec(url) ?? [];
  const [, library] = /\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url) ?? [];
  if (url.startsWith('wasm:')) return 'WebAssembly';
  if (library !== undefined) return library;
  if (folder !== undefined) return `src/${folder}`;
  if (url.startsWith('node:')) return url.split('/')[0] ?? url;
  return functionName.startsWith('(') ? functionName : 'native code';
}

/** The sums of lines that are alike, the longest first. */
export function summed(lines: readonly ProfileLine[], key: (line: ProfileLine) => string): ProfileLine[] {
  const groups = [...Map.groupBy(lines, key).values()];
  const sums = groups.map((group) => ({ ...(group[0] as ProfileLine), seconds: group.reduce((sum, { seconds }) => sum + seconds, 0) }));
  return sums.toSorted((a, b) => b.seconds - a.seconds);
}
