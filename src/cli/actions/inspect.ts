import type { Context } from '../../context.ts';
import { counted } from '../../count.ts';
import { ToolError } from '../../errors/index.ts';
import { imagesOf } from '../../image/index.ts';
import type { Image, ImageIndex } from '../../image/types.ts';
import { imageCheck, listFiles, listLayers, listPackages } from '../../inspect/index.ts';
import { platformName } from '../../platform.ts';
import type { InspectFlags } from '../commands/inspect.ts';
import { formatSize, formatTable } from '../format.ts';
import { layerTable } from '../layer-table.ts';
import { openNamed } from '../open-image.ts';
import type { Terminal } from '../terminal.ts';

/** `wherry inspect`: prints what was asked for, of an index for each platform; gives the exit status. */
export async function runInspect(name: string, flags: InspectFlags, terminal: Terminal): Promise<number> {
  const ctx = await terminal.context();
  const opened = await openNamed(name, { ctx, directory: terminal.cwd });
  const images = wantedImages(opened, flags);
  terminal.finish();
  if (flags.check === true) return await check(images, { opened, terminal });
  const reports: Report[] = [];
  for (const image of images) reports.push(await reportOf(image, flags, ctx));
  terminal.out(terminal.json() ? asJson(opened, reports) : reports.map((report) => titled(report, images.length)).join('\n'));
  return 0;
}

/** The images of the wanted platform, or of all that there are. Throws USAGE. */
function wantedImages(opened: Image | ImageIndex, { platform }: InspectFlags): readonly Image[] {
  const images = imagesOf(opened);
  const wanted = images.filter((image) => platform === undefined || platformName(image.platform) === platform);
  if (wanted.length > 0) return wanted;
  const names = images.map((image) => platformName(image.platform)).join(', ');
  throw new ToolError('USAGE', `${opened.name} has ${platform === undefined ? 'no Linux platform' : `no ${platform}`}`, {
    hint: names === '' ? 'name another image' : `add --platform, one of ${names}`,
  });
}

interface CheckOptions {
  readonly opened: Image | ImageIndex;
  readonly terminal: Terminal;
}

async function check(images: readonly Image[], { opened, terminal }: CheckOptions): Promise<number> {
  const reports: Report[] = [];
  let problems = 0;
  for (const image of images) {
    const findings = await imageCheck(image);
    problems += findings.length;
    const text = findings.map((finding) => `${finding.rule}: ${finding.message}\n`).join('');
    reports.push({ image, text, data: { digest: image.descriptor.digest, findings } });
    if (!terminal.json()) terminal.out(text === '' ? '' : titled({ image, text, data: {} }, images.length));
    const platform = images.length === 1 ? '' : ` ${platformName(image.platform)}`;
    terminal.err(`${image.name}${platform} ${image.descriptor.digest}: ${counted(findings.length, 'problem')}\n`);
  }
  if (terminal.json()) terminal.out(asJson(opened, reports));
  return problems === 0 ? 0 : 1;
}

/** One platform is the document itself; several are listed in it. */
function asJson({ descriptor }: Image | ImageIndex, reports: readonly Report[]): string {
  const [only, ...others] = reports;
  const several = {
    digest: descriptor.digest,
    images: reports.map(({ image, data }) => ({ platform: platformName(image.platform), ...data })),
  };
  return `${JSON.stringify({ schemaVersion: 1, ...(only !== undefined && others.length === 0 ? only.data : several) }, null, 2)}\n`;
}

function titled({ image, text }: Report, count: number): string {
  return count === 1 ? text : `${platformName(image.platform)} ${image.descriptor.digest}\n${text}`;
}

interface Report {
  readonly image: Image;
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
  return { image, data: { packages }, text: `${formatTable(packages.map((item) => [item.kind, item.name, item.version]))}\n` };
}

async function filesReport(image: Image): Promise<Report> {
  const files = await listFiles(image);
  const rows = files.map((file) => [
    file.mode.toString(8).padStart(4, '0'),
    `${file.uid}:${file.gid}`,
    String(file.size),
    `${file.path}${file.type === 'directory' ? '/' : ''}${file.target === undefined ? '' : ` -> ${file.target}`}`,
  ]);
  return { image, data: { files }, text: `${formatTable(rows, [2])}\n` };
}

async function layersReport(image: Image, { store }: Context): Promise<Report> {
  const layers = await listLayers(image, store);
  return { image, data: { layers }, text: layerTable(layers) };
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
    ['size', `${formatSize(size)} in ${counted(data.layers, 'layer')}`],
  ];
  return { image, data, text: `${formatTable(rows)}\n${JSON.stringify((config as { config?: unknown }).config, null, 2)}\n` };
}
