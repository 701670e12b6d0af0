import type { Context } from '../../context.ts';
import { ToolError } from '../../errors/index.ts';
import { imagesOf } from '../../image/index.ts';
import type { Image } from '../../image/types.ts';
import { imageCheck, listFiles, listLayers, listPackages } from '../../inspect/index.ts';
import { platformName } from '../../platform.ts';
import type { InspectFlags } from '../commands/inspect.ts';
import { formatSize, formatTable } from '../format.ts';
import { layerTable } from '../layer-table.ts';
import { openNamed } from '../open-image.ts';
import type { Terminal } from '../terminal.ts';

/** `wherry inspect`: prints what was asked for; gives the exit status. */
export async function runInspect(name: string, flags: InspectFlags, terminal: Terminal): Promise<number> {
  const ctx = await terminal.context();
  const image = await openOne(name, flags, { ctx, terminal });
  terminal.finish();
  if (flags.check === true) return await check(image, terminal);
  const report = await reportOf(image, flags, ctx);
  terminal.out(terminal.json() ? `${JSON.stringify({ schemaVersion: 1, ...report.data }, null, 2)}\n` : report.text);
  return 0;
}

async function openOne(name: string, flags: InspectFlags, { ctx, terminal }: { ctx: Context; terminal: Terminal }): Promise<Image> {
  const images = imagesOf(await openNamed(name, { ctx, directory: terminal.cwd }));
  const wanted = flags.platform === undefined ? images : images.filter((image) => platformName(image.platform) === flags.platform);
  const [image] = wanted;
  if (image !== undefined && wanted.length === 1) return image;
  throw new ToolError('USAGE', `${name} has ${wanted.length === 0 ? 'no such platform' : 'several platforms'}`, {
    hint: `add --platform, one of ${images.map((item) => platformName(item.platform)).join(', ')}`,
  });
}

async function check(image: Image, terminal: Terminal): Promise<number> {
  const findings = await imageCheck(image);
  if (terminal.json()) terminal.out(`${JSON.stringify({ schemaVersion: 1, digest: image.descriptor.digest, findings }, null, 2)}\n`);
  else for (const finding of findings) terminal.out(`${finding.rule}: ${finding.message}\n`);
  terminal.err(`${image.name} ${image.descriptor.digest}: ${findings.length} problems\n`);
  return findings.length === 0 ? 0 : 1;
}

interface Report {
  readonly data: Readonly<Record<string, unknown>>;
  readonly text: string;
}

async function reportOf(image: Image, flags: InspectFlags, ctx: Context): Promise<Report> {
  if (flags.packages === true) return packagesReport(image);
  if (flags.files === true) return filesReport(image);
  if (flags.layers === true) return layersReport(image, ctx);
  return summaryReport(image);
}

async function packagesReport(image: Image): Promise<Report> {
  const packages = await listPackages(image);
  return { data: { packages }, text: `${formatTable(packages.map((item) => [item.kind, item.name, item.version]))}\n` };
}

async function filesReport(image: Image): Promise<Report> {
  const files = await listFiles(image);
  const rows = files.map((file) => [
    file.mode.toString(8).padStart(4, '0'),
    `${file.uid}:${file.gid}`,
    String(file.size),
    `${file.path}${file.type === 'directory' ? '/' : ''}${file.target === undefined ? '' : ` -> ${file.target}`}`,
  ]);
  return { data: { files }, text: `${formatTable(rows, [2])}\n` };
}

async function layersReport(image: Image, { store }: Context): Promise<Report> {
  const layers = await listLayers(image, store);
  return { data: { layers }, text: layerTable(layers) };
}

function summaryReport(image: Image): Report {
  const config: unknown = JSON.parse(Buffer.from(image.config).toString('utf8'));
  const size = image.layers.reduce((sum, layer) => sum + layer.size, 0);
  const data = {
    name: image.name,
    platform: platformName(image.platform),
    digest: image.descriptor.digest,
    size,
    layers: image.layers.length,
    config,
  };
  const rows = [
    ['name', image.name],
    ['platform', data.platform],
    ['digest', data.digest],
    ['size', `${formatSize(size)} in ${data.layers} layers`],
  ];
  return { data, text: `${formatTable(rows)}\n${JSON.stringify((config as { config?: unknown }).config, null, 2)}\n` };
}
