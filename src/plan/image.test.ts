import { describe, expect, it } from 'vitest';
import { emptyFacts } from '../../test/sampleImage.ts';
import type { BaseFacts, DebianPackage } from '../base/facts.ts';
import type { ImageConfig } from '../config/types.ts';
import { digestOf } from '../digest.ts';
import type { Member, Project, SourceFile, SourceTree, StartSignal } from '../project/types.ts';
import { nothingAsked } from '../select/fixture.ts';
import type { SelectedPackage } from '../select/types.ts';
import { planImage } from './image.ts';
import type { PlanInput } from './input.ts';
import { buildId } from './recipe.ts';
import type { ImagePlan } from './types.ts';

const image: ImageConfig = {
  name: 'site',
  repository: undefined,
  platforms: [{ os: 'linux', architecture: 'amd64' }],
  tags: ['latest'],
  python: undefined,
  base: undefined,
  lock: { lock: undefined, requirements: [] },
  selection: nothingAsked,
  noProject: false,
  buildConstraints: [],
  env: {},
  files: undefined,
  directories: [{ path: '/app/data', mode: 0o750 }],
  user: { name: 'app', uid: 1001, gid: 1001 },
  entrypoint: [],
  command: ['python', 'main.py'],
  ports: [],
  health: undefined,
  links: { '/usr/local/bin/site': '/app/.venv/bin/site' },
  bytecode: 'none',
  collisions: 'error',
  venv: '/app/.venv',
  workdir: '/app',
  format: 'oci',
  labels: {},
  annotations: {},
  stopSignal: undefined,
  stamp: [],
  mirrors: {},
  debian: { mirror: {}, snapshot: undefined },
};

const debianPackage: DebianPackage = {
  name: 'libc6',
  version: '2.41-12',
  architecture: 'amd64',
  archive: 'debian',
  path: 'pool/main/g/glibc/libc6_2.41-12_amd64.deb',
  size: 2_846_580,
  sha256: digestOf('libc6'),
};

const debian: BaseFacts = {
  ...emptyFacts,
  python: { path: '/usr/bin/python3.13', version: '3.13.5' },
  passwd: 'root:*:0:0:root:/root:/usr/sbin/nologin\n',
  group: 'root:*:0:\n',
  content: { kind: 'debian', release: 13, shell: true, packages: [debianPackage] },
};

const django: SelectedPackage = {
  name: 'django',
  version: '5.2',
  source: { kind: 'registry', registry: 'https://index.example/simple' },
  artifact: {
    kind: 'wheel',
    filename: 'django-5.2-py3-none-any.whl',
    sha256: digestOf('django'),
    size: undefined,
    location: { url: 'https://index.example/django-5.2-py3-none-any.whl' },
  },
  why: 'site → django',
};

function file(path: string, text: string): SourceFile {
  return { type: 'file', path, sha256: digestOf(text), size: text.length, executable: false };
}

function tree(directory: string, files: readonly SourceFile[]): SourceTree {
  return { directory, files, leftOut: [] };
}

function input(changes: Partial<PlanInput> = {}): PlanInput {
  return {
    project: {
      root: '/home/dev/site',
      directory: '/home/dev/site',
      members: [],
      member: undefined,
      startSignals: [],
    } as unknown as Project,
    image,
    target: { platform: debian.platform, pythonMinor: '3.13', base: debian, baseName: 'debian:13', reasons: ['because'] },
    selection: { roots: ['site'], packages: [django], dropped: [] },
    sizes: { [digestOf('django')]: 8_000_000 },
    trees: new Map(),
    members: new Map((changes.project?.members ?? []).map((each) => [each.path, each])),
    builds: new Map(),
    app: tree('/home/dev/site', [file('main.py', 'print(1)\n')]),
    texts: new Map(),
    moment: { revision: undefined, created: undefined },
    ...changes,
  };
}

const kinds = (plan: ImagePlan): string[] => plan.layers.map((layer) => layer.kind);

const member = (name: string, path: string): Member => ({
  name,
  path,
  version: '1.0',
  isPackage: true,
  backend: 'uv_build',
  pyproject: {
    file: `/home/dev/site/${path}/pyproject.toml`,
    text: '',
    data: { project: { name, version: '1.0' }, 'build-system': { requires: ['uv_build'], 'build-backend': 'uv_build' } },
  },
});

const local = (name: string, path: string): SelectedPackage => ({
  name,
  version: '1.0',
  source: { kind: 'editable', directory: path },
  artifact: { kind: 'local', path },
  why: name,
});

describe('planImage', () => {
  it('orders layers by how seldom they change', () => {
    expect(kinds(planImage(input()))).toEqual(['base', 'venv', 'dependencies', 'app', 'accounts']);
  });

  it('leaves the layers of another base where they are', () => {
    const target = { ...input().target, base: { ...debian, content: { kind: 'empty' } as const } };
    expect(kinds(planImage(input({ target })))).toEqual(['venv', 'dependencies', 'app', 'accounts']);
  });

  it('is the same for equal inputs at another place, and names no path of the host in a recipe', () => {
    const moved = planImage(input({ app: tree('/elsewhere', [file('main.py', 'print(1)\n')]) }));
    const plan = planImage(input());
    expect(moved.layers).toEqual(plan.layers);
    expect(JSON.stringify(plan.layers)).not.toMatch(/home\/dev|index\.example/);
  });

  it('changes the app layer alone when a source changes', () => {
    const before = planImage(input()).layers.map((layer) => layer.id);
    const after = planImage(input({ app: tree('/home/dev/site', [file('main.py', 'print(2)\n')]) })).layers;
    expect(after.filter((layer) => !before.includes(layer.id)).map((layer) => layer.kind)).toEqual(['app']);
  });

  it('knows where the bytes of every recipe are', () => {
    const plan = planImage(input());
    const wanted = plan.layers.flatMap(({ recipe }) => {
      if (recipe.kind === 'files') return recipe.entries.flatMap((entry) => (entry.type === 'file' ? [entry.sha256] : []));
      if (recipe.kind === 'built') return [buildId(recipe)];
      return recipe.kind === 'wheels' ? recipe.wheels.map((wheel) => wheel.sha256) : recipe.packages.map((item) => item.sha256);
    });
    expect(wanted.filter((digest) => !(digest in plan.materials))).toEqual([]);
    expect(plan.materials[digestOf('django')]).toMatchObject({ kind: 'url', size: 8_000_000, label: 'django 5.2' });
  });

  describe('bytecode', () => {
    const site = member('site', '.');
    const base = input({
      project: { root: '/w', directory: '/w', members: [site], member: site, startSignals: [] } as unknown as Project,
      selection: { roots: ['site'], packages: [django, local('site', '.')], dropped: [] },
      trees: new Map([['.', tree('/w', [file('src/site/__init__.py', '')])]]),
      app: tree('/w', [file('manage.py', 'import site\n')]),
    });
    const modes = (bytecode: ImageConfig['bytecode'], changes: Partial<PlanInput> = {}) => {
      const plan = planImage({ ...base, image: { ...image, bytecode }, ...changes });
      return Object.fromEntries(plan.layers.map(({ kind, recipe }) => [kind, recipe.bytecode]));
    };
    const compiler = '3.13.2';
    const [unchecked, checked] = [
      { mode: 'unchecked-hash', compiler },
      { mode: 'checked-hash', compiler },
    ];

    it('is unchecked for the code of others and checked for own code', () => {
      expect(modes('all')).toEqual({
        base: unchecked,
        venv: undefined,
        dependencies: unchecked,
        project: checked,
        app: checked,
        accounts: undefined,
      });
    });

    it('is left out for own code, or for all', () => {
      expect(modes('deps')).toEqual({ base: unchecked, dependencies: unchecked });
      expect(modes('none')).toEqual({ dependencies: 'none' });
    });

    it('is no part of a recipe without a module', () => {
      const appMode = (...names: readonly string[]) => {
        const files = names.map((name) => ({ kind: 'text' as const, text: '', to: `/app/${name}` }));
        return modes('all', { image: { ...image, bytecode: 'all', files } }).app;
      };
      expect(appMode('start.sh', 'text.py.txt', 'dir.py/data')).toBeUndefined();
      expect(appMode('start.sh', 'a.py')).toEqual(checked);
    });

    it('says once why there is none for a Python without a compiler', () => {
      const plan = planImage({ ...base, image: { ...image, bytecode: 'all' }, target: { ...base.target, pythonMinor: '3.15' } });
      expect(plan.layers.map(({ recipe }) => recipe.bytecode).filter((each) => each !== undefined)).toEqual(['none']);
      expect(plan.explain.notes).toEqual([expect.stringContaining('no compiler for Python 3.15')]);
      expect(planImage({ ...base, target: { ...base.target, pythonMinor: '3.15' } }).explain.notes).toEqual([]);
    });
  });

  it('gives declared directories to the run user, in the image and on a read-only root', () => {
    const plan = planImage(input());
    const app = plan.layers.find((layer) => layer.kind === 'app');
    const entries = app?.recipe.kind === 'files' ? app.recipe.entries : [];
    expect(entries).toContainEqual(expect.objectContaining({ path: 'app/data', type: 'directory', mode: 0o750, uid: 1001, gid: 1001 }));
    expect(entries).toContainEqual(expect.objectContaining({ path: 'usr/local/bin/site', type: 'symlink', target: '/app/.venv/bin/site' }));
    expect(plan.explain.writable).toEqual([{ path: '/app/data', mode: 0o750, uid: 1001, gid: 1001 }]);
  });

  it('installs members before the project, each in a layer of its own', () => {
    const [site, lib] = [member('site', '.'), member('lib', 'libs/lib')];
    const plan = planImage(
      input({
        project: { root: '/w', directory: '/w', members: [lib, site], member: site, startSignals: [] } as unknown as Project,
        selection: { roots: ['site'], packages: [local('lib', 'libs/lib'), local('site', '.')], dropped: [] },
        trees: new Map([
          ['.', tree('/w', [file('src/site/__init__.py', '')])],
          ['libs/lib', tree('/w/libs/lib', [file('src/lib/__init__.py', 'x = 1\n')])],
        ]),
      }),
    );
    expect(
      plan.layers.filter(({ kind }) => kind === 'member' || kind === 'project').map(({ kind, contents }) => [kind, ...contents]),
    ).toEqual([
      ['member', 'lib 1.0'],
      ['project', 'site 1.0'],
    ]);
    expect(plan.materials[digestOf('x = 1\n')]).toMatchObject({ kind: 'path', path: '/w/libs/lib/src/lib/__init__.py' });
  });

  it.each([
    ['src/site/wsgi.py', ['manage.py']],
    ['site2/wsgi.py', ['manage.py', 'site2/wsgi.py', 'tool.py']],
  ])('copies the source tree beside a package only if the start command needs it: %s', (path, expected) => {
    const found: StartSignal = {
      kind: 'django-wsgi',
      target: `${path
        .replace(/^src\//, '')
        .slice(0, -3)
        .replaceAll('/', '.')}:application`,
      file: path,
      reason: 'seen',
    };
    const site = member('site', '.');
    const files = ['manage.py', 'tool.py', 'src/site/__init__.py', path].map((each) => file(each, each));
    const gunicorn = { ...django, name: 'gunicorn' };
    const plan = planImage(
      input({
        image: { ...image, command: undefined, directories: [], links: {} },
        project: { root: '/w', directory: '/w', members: [site], member: site, startSignals: [found] } as unknown as Project,
        selection: { roots: ['site'], packages: [gunicorn, local('site', '.')], dropped: [] },
        trees: new Map([['.', tree('/w', files)]]),
        app: tree('/w', files),
      }),
    );
    const app = plan.layers.find(({ kind }) => kind === 'app')?.recipe;
    const entries = app?.kind === 'files' ? app.entries.filter(({ type }) => type === 'file') : [];
    expect(entries.map((entry) => entry.path)).toEqual(expected.map((each) => `app/${each}`));
  });
});
