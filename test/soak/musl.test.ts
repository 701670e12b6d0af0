import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PlanJson } from '../../src/cli/plan-json.ts';
import { hostPlatform, machineOf } from '../../src/platform.ts';
import { verifyStore } from '../../src/store/index.ts';
import { bytecodeProgram, type LoadedBytecode } from '../e2e/bytecodeIn.ts';
import { run } from '../e2e/command.ts';
import { inMemory } from '../e2e/network.ts';
import { root } from '../e2e/product.ts';
import { writeLayout } from '../e2e/pythonBase.ts';
import { excludeNewer, startWherry, uv, wherry, writeFiles } from '../e2e/sampleProject.ts';
import { makeImage, preparedLayer, type TestEntry } from '../images.ts';
import { note } from './note.ts';

const machine = machineOf(hostPlatform.architecture);

/** What Alpine's own image holds beside the C library: the package database, names, accounts, the shell. */
const alpine = async (): Promise<readonly TestEntry[]> => [
  { path: 'bin/busybox', content: await readFile('/bin/busybox') },
  { path: 'bin/sh', link: '/bin/busybox' },
  { path: 'etc/os-release', content: 'NAME="Alpine Linux"\nID=alpine\nVERSION_ID=3.22.2\nPRETTY_NAME="Alpine Linux v3.22"\n' },
  { path: 'etc/passwd', content: 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/sbin/nologin\n' },
  { path: 'etc/group', content: 'root:x:0:root\nnobody:x:65534:\n' },
  {
    path: 'lib/apk/db/installed',
    content: `C:Q1abc=\nP:musl\nV:1.2.5-r10\nA:${machine}\nF:lib\nR:ld-musl-${machine}.so.1\n\nC:Q1def=\nP:busybox\nV:1.37.0-r18\n`,
  },
];

const program = `
import json, sysconfig
import numpy, pydantic, pydantic_core, rpds

class Point(pydantic.BaseModel):
    x: int
    y: float

libraries = {line.split()[-1] for line in open("/proc/self/maps") if ".so" in line}
print(json.dumps({
    "abi": sysconfig.get_config_var("SOABI"),
    "solution": numpy.linalg.solve([[2.0, 0.0], [1.0, 1.0]], [4.0, 5.0]).tolist(),
    "point": Point.model_validate_json('{"x": "7", "y": 0.5}').model_dump(),
    "list": list(rpds.List([1, 2])),
    "loaders": sorted(name for name in libraries if "ld-" in name or "libc.so" in name or "libc-" in name),
}))
`;

let directory: string;
let project: string;
let base: readonly string[];

beforeAll(async () => {
  await run([join(root, 'scripts/setup-musl')]);
  directory = await mkdtemp(join(tmpdir(), 'wherry-musl-'));
  project = join(directory, 'project');
  const tree = join(root, '.cache/musl/root');
  await run(['tar', '--sort=name', '--owner=0', '--group=0', '-cf', join(directory, 'python.tar'), '-C', tree, '.']);
  const tar = await readFile(join(directory, 'python.tar'));
  const layers = [await alpine(), preparedLayer(tar, gzipSync(tar, { level: 1 }))];
  const config = { Env: ['PATH=/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin'] };
  await writeLayout(join(directory, 'alpine'), await makeImage({ layers, config, architecture: hostPlatform.architecture }));
  base = ['--base', `oci:${join(directory, 'alpine')}`];
  await writeFiles(project, {
    'pyproject.toml': `[project]\nname = "shore"\nversion = "1.0"\nrequires-python = ">=3.11"\ndependencies = ["numpy>=2.3", "pydantic>=2.12", "rpds-py>=0.27"]\n\n${excludeNewer}`,
    'main.py': program,
  });
  await uv(project, 'lock', '--quiet');
}, 1_800_000);
afterAll(() => rm(directory, { recursive: true, force: true }));

/** What a command prints in the image, or its own one. */
async function printed(...command: readonly string[]): Promise<string> {
  const args = ['run', project, ...base, '--with', 'unshare', '--quiet', ...(command.length === 0 ? [] : ['--', ...command])];
  return (await wherry(args, { wrap: inMemory })).out;
}

describe('an image on musl', () => {
  it('has wheels for musl where they are compiled', async () => {
    const { images } = JSON.parse((await wherry(['plan', project, ...base, '--json'])).out) as PlanJson;
    expect(images[0]?.base).toMatchObject({ python: '3.13.5', libc: 'musl 1.2' });
    const wheels = (images[0]?.selection.packages ?? []).flatMap(({ artifact }) => (artifact.kind === 'wheel' ? [artifact.filename] : []));
    const compiled = wheels.filter((name) => !name.endsWith('-none-any.whl'));
    expect(compiled.filter((name) => new RegExp(`-musllinux_1_\\d_${machine}`).test(name))).toEqual(compiled);
    expect(compiled.map((name) => name.split('-')[0]).sort()).toEqual(['numpy', 'pydantic_core', 'rpds_py']);
  });

  it('answers by them, with no other C library at work', async () => {
    const answer: unknown = JSON.parse(await printed());
    expect(answer).toEqual({
      abi: `cpython-313-${machine}-linux-musl`,
      solution: [2, 3],
      point: { x: 7, y: 0.5 },
      list: [1, 2],
      loaders: [`/lib/ld-musl-${machine}.so.1`],
    });
    note(`musl: ${JSON.stringify(answer)}`);
  });

  it('takes all bytecode that was compiled for it', async () => {
    const packages = '/app/.venv/lib/python3.13/site-packages';
    const loaded = JSON.parse(await printed('python', '-c', bytecodeProgram, packages)) as readonly LoadedBytecode[];
    expect(loaded.map(({ source }) => source)).toContain(`${packages}/numpy/__init__.py`);
    expect(loaded.filter(({ fresh, flags, filename, source }) => !fresh || flags !== 1 || filename !== source)).toEqual([]);
    note(`musl: ${loaded.length} compiled modules load`);
  });

  it('is refused to a project by one list of what has no wheel, before any download', async () => {
    const far = join(directory, 'far');
    const dependencies = '["confluent-kafka>=2.12", "onnxruntime>=1.23", "rpds-py>=0.27"]';
    await writeFiles(far, {
      'pyproject.toml': `[project]\nname = "far"\nversion = "1.0"\nrequires-python = ">=3.11"\ndependencies = ${dependencies}\n\n${excludeNewer}`,
      'main.py': 'print("far")\n',
    });
    await uv(far, 'lock', '--quiet');
    const env = { WHERRY_CACHE_DIR: join(directory, 'store') };
    const { status, err } = await startWherry(['build', far, ...base], { env }).ended;
    expect(status).toBe(1);
    expect(err).toMatch(/error\[WHEEL_NONE_FITS\]: 2 of \d+ packages cannot be installed on linux\/\w+, musl, Python 3\.13/);
    expect(err).toMatch(/^ {2}confluent-kafka \S+: uv\.lock offers: .*\n {2}onnxruntime \S+: uv\.lock offers: /m);
    expect(err).toContain('hint: use a glibc base, for example base = "python:3.13-slim"');
    expect(await verifyStore(env.WHERRY_CACHE_DIR)).toMatchObject({ blobs: 0, problems: [] });
    note(`musl: ${err.trim().split('\n').join(' | ')}`);
  });
});
