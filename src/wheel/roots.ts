import { anywhere, rootsText } from '../layer-roots.ts';
import { normalizeName } from '../packaging/index.ts';
import type { BuiltRecipe, WheelsRecipe } from '../plan/recipe.ts';
import { compareTarPaths } from '../tar/index.ts';
import type { WheelFile } from './collisions.ts';
import { type VenvLayout, venvLayout } from './venv-path.ts';

/** Roots are part of every manifest, which is sent with every change. Bytes. */
const longest = 512;

/**
 * The paths below which the wheels of a recipe install everything, so that their layer is known to have no path in common with another one,
 * without its files. A root is a file or directory of site-packages, or with a leading `/` of the environment; of a namespace the part that is
 * the wheel's own is named. What the name of a package says already is left out (`isNamed`). Sorted; `files` are in the order of the recipe.
 */
export function installedRoots(recipe: WheelsRecipe, files: readonly (readonly WheelFile[])[]): readonly string[] {
  const layout = venvLayout(recipe.venv, recipe.pythonMinor);
  const names = namesOf(recipe);
  const all = files.flatMap((list) => [...wheelRoots(list.map(({ path }) => rootedPath(path, layout)))]);
  const roots = all.filter((root) => !isNamed(root, names));
  for (const depth of [Number.POSITIVE_INFINITY, 2, 1]) {
    const cut = [...new Set(roots.map((root) => cutTo(root, depth)))].sort(compareTarPaths);
    if (rootsText(cut).length <= longest) return cut;
  }
  return [anywhere];
}

/** Whether some file may be one of a layer that is known by its recipe and roots alone. Says yes rather once too often. */
export function mayTouch(
  files: Iterable<WheelFile>,
  { recipe, roots }: { readonly recipe: WheelsRecipe | BuiltRecipe; readonly roots: readonly string[] },
): boolean {
  if (roots.includes(anywhere)) return true;
  const layout = venvLayout(recipe.venv, recipe.pythonMinor);
  const names = namesOf(recipe);
  const own = new Set(roots);
  const above = new Set(roots.flatMap(parentsOf));
  for (const { path } of files) {
    const rooted = rootedPath(path, layout);
    // A file stands where the layer has a directory, or the layer has it or a file in its place.
    if (isShared(rooted) || above.has(rooted)) return true;
    if ([rooted, ...parentsOf(rooted)].some((part) => own.has(part) || isNamed(part, names))) return true;
  }
  return false;
}

function namesOf(recipe: WheelsRecipe | BuiltRecipe): ReadonlySet<string> {
  return new Set((recipe.kind === 'built' ? [recipe] : recipe.wheels).map(({ name }) => normalizeName(name)));
}

/**
 * Whether a package of these names installs a path by custom, which it usually does: `google-auth` has `google/auth`, or `google_auth`, also
 * with `.py`, `.libs`, an underscore before it or as a script in `bin`, and its .dist-info. A namespace of that name counts too.
 */
function isNamed(path: string, names: ReadonlySet<string>): boolean {
  const [, stem = ''] = /^(?:\/bin\/)?_?(.*?)(?:\.py|\.libs|-[^/-]+\.dist-info)?$/.exec(path) ?? [];
  return names.has(normalizeName(stem.replaceAll('/', '-')));
}

/** `django/apps.py` in site-packages, `/bin/django-admin` elsewhere in the environment, `//etc/x` outside of it. */
function rootedPath(path: string, { root, sitePackages }: VenvLayout): string {
  if (path.startsWith(`${sitePackages}/`)) return path.slice(sitePackages.length + 1);
  return path.startsWith(`${root}/`) ? path.slice(root.length) : `//${path}`;
}

/** For every file the topmost directory that holds files itself and is not one that all wheels share, else the file. */
function wheelRoots(paths: readonly string[]): ReadonlySet<string> {
  const filled = new Set(paths.map((path) => path.slice(0, Math.max(path.lastIndexOf('/'), 0))));
  return new Set(paths.map((path) => parentsOf(path).findLast((parent) => filled.has(parent) && !isShared(parent)) ?? path));
}

/** Directories in which every wheel may put something. */
const shared =
  /^(?:__pycache__|\/(?:bin|etc|include|include\/site|include\/site\/[^/]+|lib|lib\/[^/]+|share|share\/man|share\/man\/[^/]+))$/;

function isShared(directory: string): boolean {
  return shared.test(directory);
}

/** `a/b/c` gives `a/b` and `a`. */
function parentsOf(path: string): string[] {
  const parents: string[] = [];
  for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) parents.push(path.slice(0, slash));
  return parents;
}

function cutTo(root: string, depth: number): string {
  const start = root.startsWith('/') ? 1 : 0;
  return root
    .split('/')
    .slice(0, depth + start)
    .join('/');
}
