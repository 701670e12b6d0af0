import { spawn } from 'node:child_process';
import { PassThrough, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Digest } from '../digest.ts';
import { checkLabel, checkName, isCheckName } from './check.ts';
import { type Environment, missing, mustRun, programFailed, runProgram } from './program.ts';
import type { Engine, EngineImage, EngineOptions } from './types.ts';

/** Podman by its command line: it needs no service, and is what most users of it have. */
export function podmanProgram({ env, signal }: EngineOptions): Engine {
  const podman = (args: readonly string[], input?: Readable) =>
    mustRun({ command: ['podman', ...args], env, signal, ...(input && { input }) });
  return {
    place: 'podman',
    facts: async () => ({ architecture: (await podman(['info', '--format', '{{.Host.Arch}}'])).trim(), store: 'layers' }),
    images: (names) => inspect({ names, env, signal }),
    load: async (archive) => void (await podman(['load', '--quiet'], archive)),
    tryContainer: (id) => tryContainer(id, env),
    tag: async (id, { full }) => void (await podman(['tag', id, full])),
    async save(name) {
      const exists = await runProgram({ command: ['podman', 'image', 'exists', name], env, signal });
      return exists.status === 0 ? { archive: save({ name, env, signal }) } : undefined;
    },
  };
}

/** One call for all: each takes a tenth of a second. Those that it has are listed even if it has not all. */
async function inspect({ names, env, signal }: { readonly names: readonly string[] } & EngineOptions): Promise<readonly EngineImage[]> {
  const command = ['podman', 'image', 'inspect', '--format', '{{.Id}}{{range .RootFS.Layers}} {{.}}{{end}}', ...names] as const;
  const { status, out, err } = await runProgram({ command: [...command], env, signal });
  if (status !== 0 && !/not known|no such image/.test(err)) throw programFailed([...command], err);
  return out
    .split('\n')
    .filter((line) => line.trim() !== '' && line.trim() !== '[]')
    .map((line) => {
      const [id = '', ...diffIds] = line.trim().split(/\s+/);
      return { id: `sha256:${id}`, diffIds, complete: undefined };
    });
}

/** Finished whatever signal comes, so that no container stays; those that stayed because a run was killed are removed with it. */
async function tryContainer(id: Digest, env: Environment): Promise<void> {
  const podman = (...args: readonly string[]) => mustRun({ command: ['podman', ...args], env });
  const name = checkName();
  await podman('create', '--quiet', '--pull=never', `--name=${name}`, `--label=${checkLabel}=1`, id, 'true');
  const listed = await podman('ps', '--all', '--filter', `label=${checkLabel}`, '--filter', 'status=created', '--format', '{{.Names}}');
  const left = listed.split('\n').filter((other) => other !== name && isCheckName(other));
  // Another run may remove them at the same time.
  await podman('rm', '--force', '--ignore', '--volumes', name, ...left);
}

/** The archive while podman writes it; it ends with an error if podman fails. */
function save({ name, env, signal }: { readonly name: string } & EngineOptions): Readable {
  const args = ['save', '--format', 'docker-archive', name] as const;
  const child = spawn('podman', args, { env: { ...env }, signal, stdio: ['ignore', 'pipe', 'pipe'] });
  const archive = new PassThrough();
  let err = '';
  child.stderr.on('data', (chunk) => {
    err += chunk;
  });
  child.once('error', (cause) => archive.destroy(signal.aborted ? signal.reason : missing('podman', cause)));
  child.once('close', (status) => {
    if (status === 0) archive.end();
    else archive.destroy(programFailed(['podman', ...args], err));
  });
  void pipeline(child.stdout, archive, { end: false }).catch((error: Error) => archive.destroy(error));
  return archive;
}
