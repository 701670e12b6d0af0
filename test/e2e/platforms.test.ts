import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PlanJson } from '../../src/cli/plan-json.ts';
import type { Architecture } from '../../src/platform.ts';
import { makeImage } from '../images.ts';
import { madeUpAlpine } from '../smallSite.ts';
import { run } from './command.ts';
import { fetchIn, inOwnNetwork } from './network.ts';
import { root } from './product.ts';
import { writeIndexLayout } from './pythonBase.ts';
import { excludeNewer, startWherry, uv, wherry, writeFiles } from './sampleProject.ts';

const both = { amd64: 'linux/amd64', arm64: 'linux/arm64' } as const;
const machines = { amd64: 'x86_64', arm64: 'aarch64' } as const;
const architectures = ['amd64', 'arm64'] as const;

/**
 * A service with compiled dependencies, one of them large enough for a layer of its own, and a pure one. It imports little: under an emulator that is
 * what its start takes. It handles SIGTERM: process 1 is not ended by a signal that it leaves alone, and qemu waits for that end.
 */
const files = {
  'pyproject.toml': `[project]
name = "service"
version = "1.0"
requires-python = ">=3.11"
dependencies = ["itsdangerous>=2.2", "markupsafe>=3", "rpds-py>=0.27"]

${excludeNewer}
[tool.wherry]
platforms = ["linux/amd64", "linux/arm64"]
`,
  'main.py': `import json
import platform
import signal
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer

import itsdangerous, rpds
from markupsafe import _speedups


class Service(BaseHTTPRequestHandler):
    def do_GET(self):
        modules = [module.__file__ for module in (itsdangerous, rpds.rpds, _speedups)]
        about = {"machine": platform.machine(), "python": platform.python_version(), "list": list(rpds.List([1, 2])), "modules": modules}
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(about).encode())


signal.signal(signal.SIGTERM, lambda *_: sys.exit())
HTTPServer(("127.0.0.1", 8000), Service).serve_forever()
`,
};

let directory: string;
let project: string;

/** `wherry plan --json`, one image per platform. */
async function plan(...args: readonly string[]): Promise<PlanJson['images']> {
  return (JSON.parse((await wherry(['plan', project, '--json', ...args])).out) as PlanJson).images;
}

beforeAll(async () => {
  await run([join(root, 'scripts/setup-qemu')]);
  directory = await mkdtemp(join(tmpdir(), 'wherry-e2e-platforms-'));
  project = join(directory, 'service');
  await writeFiles(project, files);
  await uv(project, 'lock', '--quiet');
  await wherry(['build', project, '--quiet', '--oci', join(directory, 'layout')]);
}, 600_000);
afterAll(() => rm(directory, { recursive: true, force: true }));

/** What the service says of itself, in a network of its own; the other CPU is emulated by the kernel's handler. */
async function answer(architecture: Architecture): Promise<unknown> {
  const args = ['run', project, '--with', 'unshare', '--quiet', '--platform', both[architecture]];
  const running = startWherry(args, { wrap: inOwnNetwork });
  try {
    return JSON.parse((await fetchIn(running.pid, 'http://127.0.0.1:8000/', { patience: 240 })).body);
  } finally {
    running.kill('SIGTERM');
    await running.ended;
  }
}

describe('one build for both CPUs', () => {
  it.each(architectures)(
    'answers over HTTP on %s',
    async (architecture) => {
      const [planned] = await plan('--platform', both[architecture]);
      const suffix = `cpython-313-${machines[architecture]}-linux-gnu.so`;
      const modules = ['itsdangerous/__init__.py', `rpds/rpds.${suffix}`, `markupsafe/_speedups.${suffix}`];
      expect(await answer(architecture)).toEqual({
        machine: machines[architecture],
        python: planned?.base.python,
        list: [1, 2],
        modules: modules.map((module) => `/app/.venv/lib/python3.13/site-packages/${module}`),
      });
    },
    300_000,
  );

  it('is an index whose children have the layers of their plan, and share those that are pure', async () => {
    const layout = join(directory, 'layout');
    const plans = await plan();
    const recipes = architectures.map((architecture) => recipesOf(layout, architecture));
    for (const [position, { layers }] of plans.entries()) {
      expect(recipes[position]).toEqual(layers.map(({ recipe }) => recipe));
    }
    const native = new Set(plans.flatMap(nativeContents));
    const pure = plans.map(({ layers }) => layers.filter(({ contents }) => contents.every((text) => !native.has(text))));
    const shared = (recipes[0] ?? []).filter((recipe) => recipes[1]?.includes(recipe));
    expect(pure[0]?.map(({ recipe }) => recipe).filter((recipe) => !shared.includes(recipe))).toEqual([plans[0]?.layers[0]?.recipe]);
    expect(shared.length).toBeGreaterThanOrEqual((recipes[0]?.length ?? 0) / 2);
  });

  it.each(architectures)('is found by skopeo for %s', async (architecture) => {
    const name = `oci:${join(directory, 'layout')}`;
    const found = JSON.parse(await run(['skopeo', `--override-arch=${architecture}`, 'inspect', name]));
    expect(found.Architecture).toBe(architecture);
  });
});

describe('the same project on Alpine', () => {
  it('has wheels for musl, and files for both CPUs', async () => {
    const bases = await Promise.all(
      architectures.map(async (architecture) => {
        const layers = [madeUpAlpine(architecture)];
        return { architecture, image: await makeImage({ layers, architecture, config: { Env: ['PATH=/usr/local/bin:/usr/bin:/bin'] } }) };
      }),
    );
    await writeIndexLayout(join(directory, 'alpine'), bases);
    const options = ['--base', `oci:${join(directory, 'alpine')}`];
    for (const [position, { base, selection }] of (await plan(...options)).entries()) {
      expect(base).toMatchObject({ python: '3.13.9', libc: 'musl 1.2' });
      const native = selection.packages.map(({ artifact }) => filenameOf(artifact)).filter((name) => !name.endsWith('-none-any.whl'));
      expect(native.length).toBeGreaterThanOrEqual(2);
      for (const name of native) expect(name).toMatch(new RegExp(`musllinux_1_\\d_${Object.values(machines)[position]}`));
    }
    const layout = join(directory, 'on-alpine');
    await wherry(['build', project, '--quiet', '--no-bytecode', '--oci', layout, ...options]);
    const { images } = JSON.parse((await wherry(['inspect', '--json', '--files', `oci:${layout}`])).out);
    for (const [position, { files }] of images.entries()) {
      const libraries = files.map(({ path }: { path: string }) => path).filter((path: string) => path.endsWith('.so'));
      expect(libraries).toContainEqual(expect.stringContaining(`-${Object.values(machines)[position]}-linux-musl.so`));
    }
  });
});

/** Recipes of a platform's layers, bottom to top, as the layout's index leads to them. */
function recipesOf(layout: string, architecture: Architecture): (string | undefined)[] {
  const read = (digest: string) => JSON.parse(readFileSync(join(layout, 'blobs', digest.replace(':', '/')), 'utf8'));
  const [root] = JSON.parse(readFileSync(join(layout, 'index.json'), 'utf8')).manifests;
  const child = read(root.digest).manifests.find((entry: Child) => entry.platform.architecture === architecture);
  return read(child.digest).layers.map(({ annotations }: Layer) => annotations?.['dev.wherry.recipe']);
}

interface Child {
  readonly digest: string;
  readonly platform: { readonly architecture: string };
}

interface Layer {
  readonly annotations?: Readonly<Record<string, string>>;
}

/** The packages of a plan whose wheel is for one CPU, as layers list them. */
function nativeContents({ selection }: PlanJson['images'][number]): string[] {
  const native = selection.packages.filter(({ artifact }) => artifact.kind === 'wheel' && !artifact.filename.endsWith('-none-any.whl'));
  return native.map(({ name, version }) => `${name} ${version}`);
}

function filenameOf(artifact: PlanJson['images'][number]['selection']['packages'][number]['artifact']): string {
  return artifact.kind === 'wheel' ? artifact.filename : '';
}
