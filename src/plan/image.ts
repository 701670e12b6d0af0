import type { SourceTree } from '../project/types.ts';
import type { Selection } from '../select/types.ts';
import { venvEntries } from '../wheel/index.ts';
import { planAccounts } from './accounts.ts';
import { planBuilt } from './built.ts';
import { type BytecodePlan, planBytecode } from './bytecode.ts';
import { planConfig } from './config.ts';
import { type DependencyOptions, isWheel, planDependencies } from './dependencies.ts';
import { filesLayer } from './entries.ts';
import { planDirectories, planLinks, planParents } from './extras.ts';
import { type PlannedFiles, planFiles } from './files.ts';
import type { PlanInput } from './input.ts';
import { MaterialCollector } from './materials.ts';
import { planMembers } from './members.ts';
import { missingPrograms } from './programs.ts';
import { type DebianRootRecipe, recipeFormat, recipeId } from './recipe.ts';
import { requireShell } from './shell.ts';
import { stampAnnotations } from './stamp.ts';
import { chooseStart, type Start } from './start.ts';
import type { ImagePlan, LayerPlan } from './types.ts';

/** Turns a selection into layers as recipes and an image config (DESIGN §4, §5). Pure: equal input, equal plan. */
export function planImage(input: PlanInput): ImagePlan {
  const { image, target, selection } = input;
  const materials = new MaterialCollector();
  const start = chooseStart({ signals: input.project.startSignals, installed: installedNames(selection), image });
  const stamp = stampAnnotations(image, input.moment);
  const accounts = planAccounts(target.base, image.user, image.workdir);
  const bytecode = planBytecode(image.bytecode, target.pythonMinor);
  const members = planMembers(input, { materials, bytecode: bytecode.firstParty });
  const files = appFiles(input, { start, members });
  requireShell({ target, image, command: start.command, interpreters: files.interpreters });
  const layers = [
    baseLayer(input, { materials, bytecode }),
    venvLayer(input, materials),
    ...dependencyLayers(input, { materials, bytecode }),
    ...members,
    appLayer(input, files, { materials, bytecode }),
    filesLayer({ kind: 'accounts', contents: [image.user.name], entries: accounts.entries }),
  ].filter((layer) => layer !== undefined);
  materials.addTexts(accounts.texts);
  return {
    name: image.name,
    platform: target.platform,
    baseName: target.baseName,
    base: target.base,
    selection,
    layers,
    config: planConfig({ image, base: target.base, home: accounts.home, start, created: input.moment.created, stamp }),
    annotations: { ...stamp, ...image.annotations },
    format: image.format,
    tags: image.tags,
    materials: materials.all(),
    collisions: image.collisions,
    explain: {
      start: start.reason,
      python: target.reasons,
      leftOut: files.leftOut,
      writable: planDirectories(image).map(({ path, mode, uid, gid }) => ({ path: `/${path}`, mode, uid, gid })),
      bytecode: bytecode.reason,
      notes: [bytecode.note, missingPrograms({ target, image, command: start.command, files })].filter((note) => note !== undefined),
    },
  };
}

function installedNames(selection: Selection): ReadonlySet<string> {
  return new Set(selection.packages.map((item) => item.name));
}

interface LayerOptions {
  readonly materials: MaterialCollector;
  readonly bytecode: BytecodePlan;
}

function baseLayer({ target }: PlanInput, { materials, bytecode }: LayerOptions): LayerPlan | undefined {
  const { content } = target.base;
  if (content.kind !== 'debian') return undefined;
  const recipe: DebianRootRecipe = {
    kind: 'debian-root',
    format: recipeFormat,
    release: content.release,
    architecture: target.platform.architecture,
    shell: content.shell,
    ...(bytecode.thirdParty === undefined ? {} : { bytecode: bytecode.thirdParty }),
    packages: content.packages.map(({ name, version, architecture, sha256 }) => ({ name, version, architecture, sha256 })),
  };
  for (const item of content.packages) materials.add(item.sha256, { kind: 'deb', package: item });
  const size = content.packages.reduce((sum, item) => sum + item.size, 0);
  return { kind: 'base', recipe, id: recipeId(recipe), contents: [target.baseName, `${content.packages.length} Debian packages`], size };
}

function venvLayer({ image, target }: PlanInput, materials: MaterialCollector): LayerPlan | undefined {
  const { entries, texts } = venvEntries({ venv: image.venv, python: target.base.python });
  materials.addTexts(texts);
  return filesLayer({ kind: 'venv', contents: [`Python ${target.base.python.version} environment`], entries });
}

function dependencyLayers(input: PlanInput, { materials, bytecode }: LayerOptions): LayerPlan[] {
  const { project, image, target, selection, sizes } = input;
  const wheels = selection.packages.filter(isWheel);
  for (const item of wheels) materials.addWheel(item, { sizes, lockDirectory: project.root });
  const built = planBuilt(input, { materials, bytecode: bytecode.thirdParty });
  const options: DependencyOptions = {
    venv: image.venv,
    pythonMinor: target.pythonMinor,
    bytecode: bytecode.thirdParty,
    sizes,
    built: built.length,
  };
  return [...planDependencies(wheels, options), ...built];
}

interface AppContext {
  readonly start: Start;
  readonly members: readonly LayerPlan[];
}

/** Run-time files of the project: its whole source when it is no package, the files beside the package when it is one. */
function appFiles({ project, image, app, selection, trees }: PlanInput, { start, members }: AppContext): PlannedFiles {
  const own = project.member?.path ?? '.';
  const isPackage = selection.packages.some((item) => item.artifact.kind === 'local' && item.artifact.path === own);
  const installed = new Set([...installedFiles(members), ...likelyInstalled(members, trees.get(own))]);
  const isInstalled = start.sources === undefined || start.sources.some((path) => installed.has(path));
  return planFiles({ tree: app, image, isPackage, installed: isPackage && !isInstalled ? installed : undefined });
}

/** Files of the project's own packages, below site-packages. */
function installedFiles(members: readonly LayerPlan[]): ReadonlySet<string> {
  const recipes = members.flatMap(({ recipe }) => (recipe.kind === 'files' ? [recipe] : []));
  const paths = recipes.flatMap(({ entries }) => entries.filter(({ type }) => type === 'file').map(({ path }) => path));
  return new Set(paths.flatMap((path) => path.split('/site-packages/').slice(1)));
}

/** What the backend of the project will probably install: only its wheel tells. Packages at the top of its tree, or of `src`. */
function likelyInstalled(members: readonly LayerPlan[], tree: SourceTree | undefined): readonly string[] {
  if (!members.some(({ kind, recipe }) => kind === 'project' && recipe.kind === 'built')) return [];
  const paths = (tree?.files ?? []).map(({ path }) => path.replace(/^src\//, ''));
  const packages = new Set(paths.flatMap((path) => (/^[^/]+\/__init__\.py$/.test(path) ? [path.split('/')[0]] : [])));
  return paths.filter((path) => packages.has(path.split('/')[0]));
}

function appLayer({ image, app }: PlanInput, files: PlannedFiles, { materials, bytecode }: LayerOptions): LayerPlan | undefined {
  materials.addTexts(files.texts);
  materials.addFiles(app.directory, files.sources);
  const directories = planDirectories(image);
  const extras = [...directories, ...planLinks(image)];
  const contents = [...files.contents, ...directories.map((item) => `/${item.path}/`)];
  const entries = [...planParents(extras), ...files.entries, ...extras];
  return filesLayer({ kind: 'app', contents, entries, bytecode: bytecode.firstParty });
}
