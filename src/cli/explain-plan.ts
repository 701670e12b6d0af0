import { type ImagePlan, installsWheels, type LayerPlan } from '../plan/index.ts';
import { platformName } from '../platform.ts';
import type { Artifact } from '../select/types.ts';
import { formatSize, formatTable } from './format.ts';

/** A plan for people: decisions first, then packages and layers; `full` adds reasons, what was dropped and what is not in the image. */
export function explainPlan(plan: ImagePlan, { full }: { readonly full: boolean }): string {
  const sections = [
    heading(plan),
    full ? section('packages', packageRows(plan)) : `packages  ${plan.selection.packages.length} (wherry plan --explain lists them)`,
    section('layers', layerRows(plan, full), [2]),
    ...(full ? [section('config', configRows(plan)), dropped(plan), leftOut(plan)] : []),
  ];
  return `${sections.filter((text) => text !== '').join('\n\n')}\n`;
}

function heading(plan: ImagePlan): string {
  const { python, libc } = plan.base;
  const rows = [
    ['image', `${plan.name} for ${platformName(plan.platform)}`],
    ['base', `${plan.baseName} (Python ${python.version}, ${libc.kind} ${libc.version})`],
    ...plan.explain.python.map((reason) => ['', reason]),
    ['start', `${plan.config.command.join(' ')}`],
    ['', plan.explain.start],
    ['bytecode', plan.explain.bytecode],
  ];
  return formatTable(rows);
}

function section(title: string, rows: readonly (readonly string[])[], right: readonly number[] = []): string {
  return `${title}\n${formatTable(
    rows.map((row) => ['', ...row]),
    right.map((column) => column + 1),
  )}`;
}

function packageRows(plan: ImagePlan): string[][] {
  return plan.selection.packages.map((item) => {
    return [item.name, item.version ?? '', artifactText(item.artifact), item.why];
  });
}

function artifactText(artifact: Artifact): string {
  if (artifact.kind === 'wheel') return artifact.filename;
  if (artifact.kind === 'local') return `built from ${artifact.path}`;
  return artifact.kind === 'archive' ? `built from ${artifact.filename}` : `built from git ${artifact.commit.slice(0, 12)}`;
}

function layerRows(plan: ImagePlan, full: boolean): string[][] {
  return plan.layers.map((layer) => [
    layer.kind,
    layer.id.slice(7, 19),
    layer.size === undefined ? '' : formatSize(layer.size),
    ...(full ? [bytecodeMode(layer), making(layer)] : []),
    shorten(layer.contents),
  ]);
}

function bytecodeMode({ recipe }: LayerPlan): string {
  return typeof recipe.bytecode === 'object' ? recipe.bytecode.mode : '';
}

/** The wheels are not there yet, so which files are spliced is not known. */
function making({ recipe }: LayerPlan): string {
  return installsWheels(recipe) ? 'spliced where files are large' : 'recompressed';
}

function shorten(contents: readonly string[]): string {
  return contents.length <= 6 ? contents.join(', ') : `${contents.slice(0, 5).join(', ')} and ${contents.length - 5} more`;
}

function configRows({ config }: ImagePlan): string[][] {
  const rows = [
    ['command', JSON.stringify(config.command)],
    ['user', config.user],
    ['workdir', config.workdir],
    ['ports', config.exposedPorts.join(', ')],
    ['stop signal', config.stopSignal],
    ...config.env.map((item) => ['env', item]),
  ];
  if (config.healthcheck !== undefined)
    rows.push(['health', `${config.healthcheck.test.slice(1).join(' ')} (kept only with format = "docker")`]);
  return rows.filter(([, value]) => value !== '');
}

function dropped({ selection }: ImagePlan): string {
  return selection.dropped.length === 0
    ? ''
    : section(
        'in the lock, not in the image',
        selection.dropped.map((item) => [item.name, item.version ?? '', item.reason]),
      );
}

function leftOut({ explain }: ImagePlan): string {
  return explain.leftOut.length === 0
    ? ''
    : section(
        'in the project, not in the image',
        explain.leftOut.map((item) => [item.path, item.reason]),
      );
}
