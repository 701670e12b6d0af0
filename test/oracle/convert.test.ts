import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { ToolError } from '../../src/errors/index.ts';
import { loadLock } from '../../src/lock/index.ts';
import { readProject } from '../../src/project/index.ts';
import { root, uv } from '../e2e/product.ts';

const work = mkdtempSync(join(tmpdir(), 'wherry-convert-'));
const env = {
  ...process.env,
  CI: undefined,
  PATH: `${dirname(uv)}:${process.env.PATH}`,
  WHERRY_CACHE_DIR: join(work, 'store'),
  PDM_CHECK_UPDATE: '0',
};

afterAll(() => rmSync(work, { recursive: true, force: true }));

/** The command that the error of a project without a lock of ours ends with. */
async function advice(directory: string): Promise<string> {
  const project = await readProject(directory);
  const error = await loadLock({ project, setting: { lock: undefined, requirements: [] }, env: {} }).then(
    () => undefined,
    (thrown: unknown) => thrown as ToolError,
  );
  expect(error?.code).toBe('LOCK_MISSING');
  return /^run (.+), and commit \S+$/.exec(error?.hint ?? '')?.[1] ?? '';
}

const run = (command: string, directory: string) => execFileSync('sh', ['-c', command], { cwd: directory, env, stdio: 'pipe' }).toString();

interface Planned {
  readonly images: readonly {
    readonly selection: { readonly packages: readonly { readonly name: string; readonly version: string | null }[] };
  }[];
}

function planned(directory: string, ...flags: readonly string[]): readonly string[] {
  const json = execFileSync(join(root, 'bin/wherry'), ['plan', directory, '--json', ...flags], { env, stdio: 'pipe' }).toString();
  const [image] = (JSON.parse(json) as Planned).images;
  return (image?.selection.packages ?? []).map(({ name, version }) => (version === null ? name : `${name} ${version}`));
}

/** With groups, an extra, a marker that holds on Windows alone, and a directory among the dependencies. None of the versions is the newest. */
it.each([
  ['poetry', 'uvx migrate-to-uv', ['click 8.1.7', 'shop 1.4.0', 'six 1.16.0', 'util 0.2.0'], ['--extra', 'signed', '--group', 'docs']],
  ['pdm', expect.stringMatching(/^uvx pdm export --prod --no-hashes/), ['click 8.1.7', 'six 1.16.0', 'util'], undefined],
])(
  'the command for a project of %s makes a lock with the same versions, of which an image is planned',
  async (name, command, packages, more) => {
    const directory = join(work, name);
    cpSync(join(import.meta.dirname, 'convert', name), directory, { recursive: true });
    const given = await advice(directory);
    expect(given).toEqual(command);
    run(given, directory);
    expect(planned(directory)).toEqual(packages);
    if (more === undefined) return;
    expect(planned(directory, ...more)).toEqual([
      'click 8.1.7',
      'itsdangerous 2.2.0',
      'pluggy 1.5.0',
      'shop 1.4.0',
      'six 1.16.0',
      'util 0.2.0',
    ]);
  },
  300_000,
);
