import { describe, expect, it } from 'vitest';
import { sampleImage, samplePlan } from '../../test/sampleImage.ts';
import type { ImageConfig } from '../config/types.ts';
import { digestOf } from '../digest.ts';
import type { ImagePlan, LayerPlan } from '../plan/index.ts';
import type { Project } from '../project/index.ts';
import type { PutResult } from '../sinks/types.ts';
import { explainPlan } from './explain-plan.ts';
import { planJson, planSchema } from './plan-json.ts';
import { makePalette } from './render/palette.ts';
import { buildSummary } from './summary.ts';

const layer: LayerPlan = {
  kind: 'dependencies',
  recipe: { kind: 'files', format: 2, bytecode: { mode: 'checked-hash', compiler: '3.13.2' }, entries: [] },
  id: digestOf('recipe'),
  contents: Array.from({ length: 9 }, (_, index) => `package-${index} 1.0`),
  size: 2_000_000,
};

const plan: ImagePlan = {
  ...samplePlan,
  baseName: 'debian:13',
  selection: {
    roots: ['site'],
    packages: [
      {
        name: 'django',
        version: '5.2',
        source: { kind: 'registry', registry: 'https://index.example/simple' },
        artifact: {
          kind: 'wheel',
          filename: 'django-5.2-py3-none-any.whl',
          sha256: digestOf('django'),
          size: 8_000_000,
          location: { url: 'https://user:secret@index.example/django-5.2-py3-none-any.whl' },
        },
        why: 'site → django',
      },
      {
        name: 'site',
        version: undefined,
        source: { kind: 'editable', directory: '.' },
        artifact: { kind: 'local', path: '.' },
        why: 'site',
      },
    ],
    dropped: [{ name: 'pytest', version: '8.4', reason: 'only in group dev' }],
  },
  layers: [layer],
  explain: {
    start: 'manage.py names the settings',
    python: ['Python 3.13: .python-version says so'],
    leftOut: [
      { path: 'uv.lock', reason: 'read by uv, not at run time' },
      { path: 'src/', reason: 'the project is installed as a package' },
      { path: 'libs/site', reason: 'workspace member site' },
      { path: 'libs/other', reason: 'workspace member other' },
    ],
    writable: [],
    bytecode: 'by CPython 3.13.2: own code with checked-hash',
    notes: [],
  },
};

describe('plan --json', () => {
  it('fits its schema and holds neither URLs nor host paths', () => {
    const json = planJson([plan]);
    expect(planSchema.parse(JSON.parse(JSON.stringify(json)))).toEqual(json);
    expect(JSON.stringify(json)).not.toMatch(/index\.example|secret/);
    expect(json.images[0]?.layers[0]?.bytecode).toEqual({ mode: 'checked-hash', compiler: '3.13.2' });
  });
});

describe('plan', () => {
  it('is short by default and complete with --explain', () => {
    const [short, full] = [explainPlan(plan, { full: false }), explainPlan(plan, { full: true })];
    expect(short).toContain('packages  2 (wherry plan --explain lists them)');
    expect(short).not.toContain('pytest');
    expect(full).toContain('site → django');
    expect(full).toMatch(/pytest +8\.4 +only in group dev/);
    expect(full).toMatch(/uv\.lock +read by uv/);
    expect(full).toMatch(/bytecode +by CPython 3\.13\.2/);
    expect(full).toMatch(/dependencies .* checked-hash +recompressed +package-0/);
    expect(full).toContain('kept only with format = "docker"');
    expect(full).toContain('package-0 1.0, package-1 1.0, package-2 1.0, package-3 1.0, package-4 1.0 and 4 more');
  });
});

describe('the last lines of a build', () => {
  const summary = async (results: PutResult[]): Promise<string> => {
    const planned = { project: {} as Project, config: { name: 'site' } as ImageConfig, plans: [plan] };
    return buildSummary({ planned, image: await sampleImage(), results, reused: 1, milliseconds: 1234 }, makePalette(false));
  };

  it('say size, reuse, time, start and what is not in the image', async () => {
    const text = await summary([{ location: 'oci:out', bytesWritten: 1 }]);
    expect(text).toMatch(/^site linux\/amd64 {2}\d+ B in 1 layer, 1 reused, 1\.2 s$/m);
    expect(text).toContain('start: python -m site  (manage.py names the settings)');
    expect(text).toContain('not in the image: uv.lock, libs/other\n');
    expect(text).toContain('wrote oci:out');
  });

  it.each([
    [{ sent: 1, mounted: 0, reused: 3 }, '8 B, 1 layer sent, 3 there already'],
    [{ sent: 2, mounted: 1, reused: 0 }, '8 B, 2 layers sent, 1 mounted'],
  ])('say what a registry was given: %j', async (layers, text) => {
    expect(await summary([{ location: 'reg.example/site:1', bytesWritten: 8, layers }])).toContain(
      `  pushed reg.example/site:1: ${text}\n`,
    );
  });

  it('say what to do next when the image is only in the store', async () => {
    expect(await summary([])).toContain('next: wherry run');
  });
});
