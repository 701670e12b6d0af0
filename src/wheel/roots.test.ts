import { describe, expect, it } from 'vitest';
import { digestOf } from '../digest.ts';
import { anywhere } from '../layer-roots.ts';
import { recipeFormat, type WheelsRecipe } from '../plan/recipe.ts';
import { findCollisions, type WheelFile } from './collisions.ts';
import { installedRoots, mayTouch } from './roots.ts';

const site = 'app/.venv/lib/python3.13/site-packages';

function recipeOf(...names: readonly string[]): WheelsRecipe {
  const wheels = names.map((name) => ({ name, version: '1.0', sha256: digestOf(name) }));
  return { kind: 'wheels', format: recipeFormat, venv: '/app/.venv', pythonMinor: '3.13', bytecode: 'none', wheels };
}

/** Files of site-packages; with a leading slash of the environment. */
function filesOf(...paths: readonly string[]): WheelFile[] {
  return paths.map((path) => ({ path: path.startsWith('/') ? `app/.venv${path}` : `${site}/${path}`, hash: path, mode: 0o644 }));
}

const rootsOf = (name: string, ...paths: readonly string[]) => installedRoots(recipeOf(name), [filesOf(...paths)]);

describe('installedRoots', () => {
  it('names what the name of the package does not say', () => {
    expect(rootsOf('django', 'django/__init__.py', 'django/apps/x.py', 'django-1.0.dist-info/METADATA', '/bin/django-admin')).toEqual([
      '/bin/django-admin',
    ]);
    expect(rootsOf('pyyaml', 'yaml/__init__.py', '_yaml/__init__.py', 'PyYAML-1.0.dist-info/RECORD')).toEqual(['_yaml', 'yaml']);
    expect(rootsOf('six', 'six.py', '__pycache__/six.cpython-313.pyc', 'SIX-1.0.dist-info/RECORD')).toEqual([
      '__pycache__/six.cpython-313.pyc',
    ]);
    expect(rootsOf('numpy', 'numpy/__init__.py', 'numpy.libs/x.so', '_numpy.py', '/bin/numpy')).toEqual([]);
  });

  it('names the part of a namespace that is the own one', () => {
    expect(rootsOf('storage', 'google/cloud/storage/__init__.py', 'google/cloud/storage/x/y.py')).toEqual(['google/cloud/storage']);
    expect(rootsOf('google-cloud-storage', 'google/cloud/storage/__init__.py')).toEqual([]);
    expect(rootsOf('rpc', 'google/__init__.py', 'google/rpc/x.py')).toEqual(['google']);
  });

  it('names the .dist-info of another package, and data beside the modules', () => {
    expect(rootsOf('evil', 'other-1.0.dist-info/x', '/share/man/man1/evil.1', '/etc/evil/conf')).toEqual([
      '/etc/evil',
      '/share/man/man1/evil.1',
      'other-1.0.dist-info',
    ]);
  });

  it('puts the wheels of a layer together, sorted', () => {
    const files = [filesOf('c/__init__.py', 'b-1.0.dist-info/RECORD'), filesOf('a/__init__.py', 'a.pth')];
    expect(installedRoots(recipeOf('b', 'a'), files)).toEqual(['a.pth', 'c']);
  });

  it('is cut where it would be too long', () => {
    const many = (pattern: string) => Array.from({ length: 60 }, (_, i) => pattern.replace('N', `part-number-${i}`));
    expect(rootsOf('a', ...many('space/deep/N/x/y.py'))).toEqual(['space/deep']);
    expect(rootsOf('a', ...many('space/N/y.py'))).toEqual(['space']);
    expect(rootsOf('a', ...many('N/y.py'))).toEqual([anywhere]);
  });
});

describe('mayTouch', () => {
  const layer = (name: string, ...paths: readonly string[]) => ({ recipe: recipeOf(name), roots: rootsOf(name, ...paths) });

  it('knows layers that have nothing to do with a file', () => {
    const google = layer('storage', 'google/cloud/storage/__init__.py', '/bin/storage');
    expect(mayTouch(filesOf('google/cloud/compute/x.py', 'other/x.py', '/bin/other', 'compute-1.0.dist-info/RECORD'), google)).toBe(false);
    expect(mayTouch([{ path: 'app/manage.py', hash: 'x', mode: 0o644 }], google)).toBe(false);
  });

  it('says so of a file in a root, of one that is a root, and of one above it', () => {
    const google = layer('storage', 'google/cloud/storage/__init__.py', '/bin/storage');
    for (const path of ['google/cloud/storage/new.py', 'google/cloud/storage', 'google', '/bin/storage', '/bin/storage/x', '/bin']) {
      expect([path, mayTouch(filesOf(path), google)]).toEqual([path, true]);
    }
    expect(mayTouch(filesOf('x.py'), { recipe: recipeOf('x'), roots: [anywhere] })).toBe(true);
  });

  it('knows what belongs to a package by its name', () => {
    for (const path of ['Django-5.2.dist-info/x', 'django/x.py', 'django.py', '/bin/django']) {
      expect([path, mayTouch(filesOf(path), layer('django', 'django/__init__.py'))]).toEqual([path, true]);
    }
    expect(mayTouch(filesOf('django_filters/x.py', 'django_filter-1.0.dist-info/x'), layer('django', 'django/__init__.py'))).toBe(false);
  });

  it('never misses a collision, whatever the paths are', () => {
    const names = ['a', 'b', '__pycache__', 'a-1.0.dist-info', 'b-1.0.dist-info'];
    let state = 7;
    const next = (limit: number): number => {
      state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
      return Math.floor((state / 2 ** 31) * limit);
    };
    const anyPath = () => `${['', '/bin/', '/share/'][next(3)]}${Array.from({ length: 1 + next(3) }, () => names[next(5)]).join('/')}`;
    let collisions = 0;
    for (let round = 0; round < 3000; round += 1) {
      const [mine, other] = [filesOf(anyPath(), anyPath()), filesOf(anyPath(), anyPath()).map((file) => ({ ...file, hash: 'else' }))];
      const collide = (lists: readonly (readonly WheelFile[])[]) => {
        try {
          return findCollisions(lists.map((files, i) => ({ owner: String(i), files }))).count > 0;
        } catch {
          return true;
        }
      };
      // A wheel that collides with itself is refused before.
      if (collide([mine]) || collide([other]) || !collide([mine, other])) continue;
      collisions += 1;
      expect(mayTouch(mine, { recipe: recipeOf('b'), roots: installedRoots(recipeOf('b'), [other]) })).toBe(true);
    }
    expect(collisions).toBeGreaterThan(100);
  });
});
