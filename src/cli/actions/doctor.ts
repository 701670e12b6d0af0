import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { promisify } from 'node:util';
import { findDebianMirrors } from '../../debian/index.ts';
import { helperProgram, surveyLogins } from '../../registry/index.ts';
import { sizeOfStore, storeDirectory } from '../../store/index.ts';
import { packagedDefaults } from '../defaults.ts';
import { formatSize, formatTable } from '../format.ts';
import type { Terminal } from '../terminal.ts';
import { version } from '../version.ts';

interface Check {
  readonly name: string;
  /** Version or state; undefined if it is not there. */
  readonly found: string | undefined;
  /** What works only with it. */
  readonly use: string;
  /** Without it nothing can be built. */
  readonly needed: boolean;
}

const tools: readonly (readonly [command: string, args: readonly string[], use: string])[] = [
  ['docker', ['--version'], 'build --load=docker, run --with docker'],
  ['podman', ['--version'], 'build --load=podman, run --with podman'],
  ['ctr', ['--version'], 'build --load=containerd'],
  ['unshare', ['--version'], 'run --with unshare (Linux)'],
  ['uv', ['--version'], 'making uv.lock; never needed for a build'],
];

/** `wherry doctor`: prints what is found on this machine; gives the exit status. */
export async function runDoctor(terminal: Terminal): Promise<number> {
  const checks = [...(await ownChecks(terminal)), ...(await loginChecks(terminal)), ...(await Promise.all(tools.map(toolCheck)))];
  const data = checks.map((check) => ({ ...check, found: check.found ?? null }));
  if (terminal.json()) terminal.out(`${JSON.stringify({ schemaVersion: 1, checks: data }, null, 2)}\n`);
  else terminal.out(`${formatTable(checks.map((check) => [mark(check), check.name, check.found ?? 'not found', check.use]))}\n`);
  return checks.some((check) => check.needed && check.found === undefined) ? 1 : 0;
}

function mark(check: Check): string {
  if (check.found !== undefined) return '✓';
  return check.needed ? '✗' : '·';
}

async function ownChecks({ env }: Terminal): Promise<Check[]> {
  const directory = storeDirectory(env);
  const writable = await access(directory, constants.W_OK).then(
    () => true,
    () => false,
  );
  const size = writable ? formatSize((await sizeOfStore(directory)).bytes) : 'made by the first build';
  return [
    { name: 'wherry', found: `${version} on Node ${process.versions.node}`, use: '', needed: true },
    { name: 'store', found: `${directory} (${size})`, use: 'WHERRY_CACHE_DIR moves it', needed: true },
    { name: 'debian mirror', found: await mirrorState(env), use: 'bases debian:12 and debian:13', needed: false },
  ];
}

/** Where logins of registries are found, by the names of registries alone. */
async function loginChecks({ env }: Terminal): Promise<Check[]> {
  const use = 'private registries, pushing';
  const places = await surveyLogins(env);
  if (places.length === 0) return [{ name: 'registry logins', found: undefined, use: `${use}: wherry login`, needed: false }];
  return places.map(({ place, registries, helpers, problem }) => {
    const known = [...registries, ...helpers.map(helperProgram)];
    return { name: 'registry logins', found: `${problem ?? (known.join(', ') || 'none')} (${place})`, use, needed: false };
  });
}

async function mirrorState(env: Terminal['env']): Promise<string | undefined> {
  try {
    await findDebianMirrors({ config: {}, env, defaults: packagedDefaults().debian });
    return 'known';
  } catch {
    return undefined;
  }
}

async function toolCheck([command, args, use]: (typeof tools)[number]): Promise<Check> {
  const found = await promisify(execFile)(command, [...args], { timeout: 5000 }).then(
    ({ stdout }) => stdout.split('\n')[0]?.trim(),
    () => undefined,
  );
  return { name: command, found, use, needed: false };
}
