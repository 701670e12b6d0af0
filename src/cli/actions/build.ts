import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Context } from '../../context.ts';
import { ToolError } from '../../errors/index.ts';
import { imagesOf } from '../../image/index.ts';
import type { Image, ImageIndex } from '../../image/types.ts';
import { buildImage, type PlannedImage, planImages, withLayerPool } from '../../pipeline.ts';
import type { LayerPool } from '../../produce/index.ts';
import type { PutResult, Sink } from '../../sinks/types.ts';
import { stage } from '../../stage.ts';
import type { SinkFlags } from '../commands/build.ts';
import { type BuildFlags, buildRequest } from '../options.ts';
import { references } from '../references.ts';
import { buildSummary } from '../summary.ts';
import type { Terminal } from '../terminal.ts';

/** `wherry build`: plans, makes and writes every image of a project. */
export async function runBuild(directory: string | undefined, flags: BuildFlags & SinkFlags, terminal: Terminal): Promise<void> {
  const ctx = await terminal.context();
  const request = buildRequest(directory, flags, terminal);
  if (flags.dryRun === true) {
    checkOutputs(await planImages(request, ctx), flags);
    return terminal.finish();
  }
  await withLayerPool(request, ctx, async (pool) => {
    const planned = await planImages(request, ctx);
    checkOutputs(planned, flags);
    for (const image of planned) await buildOne(image, { flags, ctx, pool, terminal });
    return planned.flatMap(({ plans }) => plans);
  });
}

/** What can't be written is found before anything is made. Errors: USAGE. */
function checkOutputs(planned: readonly PlannedImage[], flags: BuildFlags & SinkFlags): void {
  if (planned.length > 1 && flags.tar !== undefined) {
    throw new ToolError('USAGE', `--tar takes one image, and this project has ${planned.length}`, { hint: 'name one with --image' });
  }
  if (planned.length > 1 && flags.tag?.some((tag) => /[/:]/.test(tag)) === true) {
    throw new ToolError('USAGE', `-t NAME:TAG names one image, and this project has ${planned.length}`, {
      hint: 'name one with --image, or give tags alone',
    });
  }
}

interface BuildOptions {
  readonly flags: BuildFlags & SinkFlags;
  readonly ctx: Context;
  readonly pool: LayerPool;
  readonly terminal: Terminal;
}

async function buildOne(planned: PlannedImage, { flags, ctx, pool, terminal }: BuildOptions): Promise<void> {
  const started = performance.now();
  let reused = 0;
  const emit: Context['emit'] = (event) => {
    if (event.type === 'layer' && event.reused) reused += 1;
    ctx.emit(event);
  };
  const image = await buildImage(planned, { ...ctx, emit }, pool);
  const names = references(planned.config, flags.tag);
  const results = await putAll(image, await sinksOf(flags, { ctx, terminal }), { references: names, ctx });
  terminal.finish();
  if (flags.tar !== '-') terminal.out(outputLine({ image, reference: names[0] as string, reused }, terminal));
  if (terminal.quiet()) return;
  terminal.err(buildSummary({ planned, image, results, reused, milliseconds: performance.now() - started }, terminal.palette));
}

interface Output {
  readonly image: Image | ImageIndex;
  readonly reference: string;
  /** Layers that were in the store. */
  readonly reused: number;
}

function outputLine({ image, reference, reused }: Output, terminal: Terminal): string {
  const name = reference.replace(/:[^:/]*$/, '');
  const { digest, size } = image.descriptor;
  if (!terminal.json()) return `${name}@${digest}\n`;
  const layers = new Set(imagesOf(image).flatMap((item) => item.layers.map((layer) => layer.digest))).size;
  return `${JSON.stringify({ schemaVersion: 1, name, reference, digest, size, layers, reused })}\n`;
}

async function sinksOf(flags: BuildFlags & SinkFlags, { ctx, terminal }: { ctx: Context; terminal: Terminal }): Promise<Sink[]> {
  const sinks: Sink[] = [];
  if (flags.oci === undefined && flags.tar === undefined && flags.load === undefined) return sinks;
  const { archiveSink, daemonSink, layoutSink } = await import('../../sinks/index.ts');
  if (flags.oci !== undefined) sinks.push(layoutSink(resolve(terminal.cwd, flags.oci)));
  if (flags.tar !== undefined) sinks.push(archiveSink(flags.tar === '-' ? '-' : resolve(terminal.cwd, flags.tar)));
  if (flags.load !== undefined) sinks.push(daemonSink(flags.load === 'auto' ? await firstEngine(terminal.env) : flags.load, ctx));
  return sinks;
}

/** Docker where it listens or answers, else Podman where that answers; Docker's error says what to do if neither is there. */
async function firstEngine(env: Terminal['env']): Promise<'docker' | 'podman'> {
  const { engineWorks } = await import('../../runtime/index.ts');
  const listens = env.DOCKER_HOST !== undefined || existsSync('/var/run/docker.sock') || engineWorks('docker', env);
  return !listens && engineWorks('podman', env) ? 'podman' : 'docker';
}

async function putAll(
  image: Image | ImageIndex,
  sinks: readonly Sink[],
  options: { readonly references: readonly string[]; readonly ctx: Context },
): Promise<PutResult[]> {
  const results: PutResult[] = [];
  for (const sink of sinks) {
    const put = (): Promise<PutResult> => sink.put(image, { references: options.references, signal: options.ctx.signal });
    results.push(await stage(options.ctx, 'sinks', put, (result) => result.location));
  }
  return results;
}
