import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DebianRoot, debianRoot } from '../debianRoot.ts';
import { bytecodeProgram, type LoadedBytecode } from '../e2e/bytecodeIn.ts';
import { run } from '../e2e/command.ts';
import { inMemory } from '../e2e/network.ts';
import { root } from '../e2e/product.ts';
import { writeIndexLayout } from '../e2e/pythonBase.ts';
import { excludeNewer, uv, wherry, writeFiles } from '../e2e/sampleProject.ts';
import { makeImage, preparedLayer } from '../images.ts';
import { note } from './note.ts';

/** What no test looks at: less to unpack. */
const slim = 'rm -rf "$1"/usr/share/doc "$1"/usr/share/locale "$1"/usr/share/man "$1"/var/cache/apt "$1"/var/lib/apt/lists';

/** Debian's next release has the newest Python that images can be made for; its base is an image of a registry in real life. */
const newest = { suite: 'sid', packages: ['python3'], hooks: [slim] };
/** Of the CPU that this machine is not, packages are unpacked and not configured: with the links of base-files (/lib) and what wheels expect, enough for an emulator. */
const unpacked = (architecture: string): DebianRoot => ({
  ...newest,
  packages: ['base-files', 'libstdc++6', ...newest.packages],
  unpackedFor: architecture,
});
const roots: Readonly<Record<'amd64' | 'arm64', DebianRoot>> =
  process.arch === 'arm64' ? { arm64: newest, amd64: unpacked('amd64') } : { amd64: newest, arm64: unpacked('arm64') };

const program = `
import platform, sys, sysconfig
import numpy, pydantic_core
print(platform.machine(), sys.version_info[:2], sysconfig.get_config_var("Py_GIL_DISABLED"), numpy.arange(4).sum(), pydantic_core.__version__)
`;

let directory: string;
let project: string;

async function baseFor(architecture: 'amd64' | 'arm64') {
  const tar = await readFile(await debianRoot(roots[architecture]));
  const layers = [preparedLayer(tar, gzipSync(tar, { level: 1 }))];
  return { architecture, image: await makeImage({ layers, architecture, config: { Env: ['PATH=/usr/bin:/bin'] } }) };
}

beforeAll(async () => {
  await run([join(root, 'scripts/setup-qemu')]);
  directory = await mkdtemp(join(tmpdir(), 'wherry-newest-'));
  project = join(directory, 'project');
  await writeIndexLayout(join(directory, 'sid'), [await baseFor('amd64'), await baseFor('arm64')]);
  await writeFiles(project, {
    'pyproject.toml': `[project]\nname = "newest"\nversion = "1.0"\nrequires-python = ">=3.11"\ndependencies = ["numpy>=2.3", "pydantic>=2.12"]\n\n${excludeNewer}\n[tool.wherry]\nbase = "oci:../sid"\ncommand = ["python", "main.py"]\n`,
    'main.py': program,
  });
  await uv(project, 'lock', '--quiet');
}, 900_000);
afterAll(() => rm(directory, { recursive: true, force: true }));

/** What the image of a CPU prints. */
async function printed(architecture: string, ...command: readonly string[]): Promise<string> {
  const args = ['run', project, '--with', 'unshare', '--quiet', '--platform', `linux/${architecture}`];
  return (await wherry([...args, ...(command.length === 0 ? [] : ['--', ...command])], { wrap: inMemory })).out;
}

describe('an image with the Python of a newer Debian suite', () => {
  it.each([
    ['amd64', 'x86_64'],
    ['arm64', 'aarch64'],
  ])(
    'runs its compiled dependencies on %s',
    async (architecture, machine) => {
      const out = await printed(architecture);
      expect(out).toMatch(new RegExp(`^${machine} \\(3, 14\\) (?:0|None) 6 \\d+\\.\\d+\\.\\d+\\n$`));
      note(`Python 3.14 of sid, ${architecture}: ${out.trim()}`);
    },
    600_000,
  );

  it.each(['amd64', 'arm64'])(
    'takes all bytecode that was compiled for it, on %s',
    async (architecture) => {
      const packages = '/app/.venv/lib/python3.14/site-packages';
      const loaded = JSON.parse(await printed(architecture, 'python', '-c', bytecodeProgram, packages)) as readonly LoadedBytecode[];
      const modules = loaded.map(({ source }) => source.slice(packages.length + 1));
      expect(modules).toEqual(expect.arrayContaining(['numpy/__init__.py', 'pydantic/main.py', 'typing_extensions.py']));
      expect(loaded.filter(({ fresh, flags, filename, source }) => !fresh || flags !== 1 || filename !== source)).toEqual([]);
      note(`Python 3.14 of sid, ${architecture}: ${loaded.length} compiled modules load`);
    },
    600_000,
  );
});
