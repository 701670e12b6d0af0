import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { debianRoot } from '../debianRoot.ts';
import { writeLayout } from '../e2e/pythonBase.ts';
import { excludeNewer, uv, wherry, writeFiles } from '../e2e/sampleProject.ts';
import { makeImage, preparedLayer } from '../images.ts';

/** What no test looks at: less to unpack. */
const slim = 'rm -rf "$1"/usr/share/doc "$1"/usr/share/locale "$1"/usr/share/man "$1"/var/cache/apt "$1"/var/lib/apt/lists';

const program = `
import sys, sysconfig
import numpy, pydantic_core
print(sys.version_info[:2], sysconfig.get_config_var("Py_GIL_DISABLED"), numpy.arange(4).sum(), pydantic_core.__version__)
`;

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wherry-newest-'));
  const tar = await readFile(await debianRoot({ suite: 'sid', packages: ['python3'], hooks: [slim] }));
  const layers = [preparedLayer(tar, gzipSync(tar, { level: 1 }))];
  await writeLayout(join(directory, 'sid'), await makeImage({ layers, config: { Env: ['PATH=/usr/bin:/bin'] } }));
  await writeFiles(join(directory, 'project'), {
    'pyproject.toml': `[project]\nname = "newest"\nversion = "1.0"\nrequires-python = ">=3.11"\ndependencies = ["numpy>=2.3", "pydantic>=2.12"]\n\n${excludeNewer}\n[tool.wherry]\nbase = "oci:../sid"\ncommand = ["python", "main.py"]\n`,
    'main.py': program,
  });
  await uv(join(directory, 'project'), 'lock', '--quiet');
}, 600_000);
afterAll(() => rm(directory, { recursive: true, force: true }));

/** Debian's next release has the newest Python that images can be made for; its base is an image of a registry in real life. */
it('an image with the Python of a newer Debian suite runs its compiled dependencies', async () => {
  const { out } = await wherry(['run', join(directory, 'project'), '--with', 'unshare', '--quiet']);
  expect(out).toMatch(/^\(3, 14\) (?:0|None) 6 \d+\.\d+\.\d+\n$/);
}, 600_000);
