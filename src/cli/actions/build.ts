import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ImageConfig } from '../../config/types.ts';
import type { Context } from '../../context.ts';
import type { Digest } from '../../digest.ts';
import { ToolError } from '../../errors/index.ts';
import { imagesOf } from '../../image/index.ts';
import type { Image, ImageIndex } from '../../image/types.ts';
import { buildImage, type PlannedImage, planImages } from '../../pipeline.ts';
import type { Push } from '../../pipeline-push.ts';
import type { ImagePlan } from '../../plan/types.ts';
import type { LayerPool } from '../../produce/index.ts';
import type { BuildRequest } from '../../request.ts';
import type { PutResult, Sink } from '../../sinks/types.ts';
import { stage } from '../../stage.ts';
import type { SinkFlags } from '../commands/build.ts';
import type { BuildFlags } from '../options.ts';
import { references, withoutTag } from '../references.ts';
import { buildSummary } from '../summary.ts';
import type { Terminal } from '../terminal.ts';

/** What a build begins with. */
export interface BuildStart {
  readonly ctx: Context;
  readonly request: BuildRequest;
  /** Absent: nothing is made or written. */
  readonly pool?: LayerPool;
}

/** Plans, makes and writes every image of a project; its plans. */
export async function runBuild(
  { ctx, request, pool }: BuildStart,
  flags: BuildFlags & SinkFlags,
  terminal: Terminal,
): Promise<ImagePlan[]> {
  const push = await pushOf(flags, ctx);
  const configured = (images: readonly ImageConfig[]): void => {
    checkOutputs(images, flags);
    const targets = images.flatMap((image) => push?.targets(references(image, flags.tag)) ?? []);
    if (pool !== undefined) push?.begin(targets);
  };
  try {
    const planned = await planImages(request, ctx, configured);
    if (pool === undefined) terminal.finish();
    else for (const image of planned) await buildOne(image, { flags, ctx, pool, push, terminal, isLast: image === planned.at(-1) });
    return planned.flatMap(({ plans }) => plans);
  } catch (error) {
    push?.stop();
    throw error;
  }
}

/** What pushes is loaded only if something is pushed. Errors: USAGE. */
async function pushOf(flags: SinkFlags, ctx: Context): Promise<Push | undefined> {
  if (flags.push !== true && flags.verifyRemote === true) {
    throw new ToolError('USAGE', '--verify-remote is about the image that --push replaces', { hint: 'add --push' });
  }
  if (flags.push !== true) return undefined;
  if (ctx.offline) throw new ToolError('USAGE', '--push sends requests, and --offline forbids them', { hint: 'leave one of them out' });
  const { startPush } = await import('../../pipeline-push.ts');
  return startPush(ctx, { remote: flags.remote !== false, verify: flags.verifyRemote === true });
}

/** What can't be written is found before anything is made. Errors: USAGE. */
function checkOutputs(images: readonly ImageConfig[], flags: BuildFlags & SinkFlags): void {
  if (images.length > 1 && flags.tar !== undefined) {
    throw new ToolError('USAGE', `--tar takes one image, and this project has ${images.length}`, { hint: 'name one with --image' });
  }
  if (images.length > 1 && flags.tag?.some((tag) => /[/:]/.test(tag)) === true) {
    throw new ToolError('USAGE', `-t NAME:TAG names one image, and this project has ${images.length}`, {
      hint: 'name one with --image, or give tags alone',
    });
  }
}

interface BuildOptions {
  readonly flags: BuildFlags & SinkFlags;
  readonly ctx: Context;
  readonly pool: LayerPool;
  readonly push: Push | undefined;
  readonly terminal: Terminal;
  /** No image follows. */
  readonly isLast: boolean;
}

async function buildOne(planned: PlannedImage, { flags, ctx, pool, push, terminal, isLast }: BuildOptions): Promise<void> {
  const started = performance.now();
  const made = new Set<Digest>();
  const found = new Set<Digest>();
  const emit: Context['emit'] = (event) => {
    // What one platform made is found by the next.
    if (event.type === 'layer' && !made.has(event.digest)) (event.reused ? found : made).add(event.digest);
    ctx.emit(event);
  };
  const names = references(planned.config, flags.tag);
  const remote = push?.cache(push.targets(names));
  const image = await buildImage(planned, { ...ctx, emit }, { pool, remote });
  // Threads end while the image is written, unless a layer that a registry was trusted with may still have to be made. Whoever made the pool learns
  // of a failure.
  if (isLast && remote === undefined) pool.close().catch(() => undefined);
  const reused = found.size;
  const sinks = [...(await sinksOf(flags, { ctx, terminal })), ...(push === undefined ? [] : [push.sink(planned.plans, made)])];
  const results = await putAll(image, sinks, { references: names, ctx });
  terminal.finish();
  if (flags.tar !== '-') terminal.out(outputLine({ image, references: names, results, reused }, terminal));
  if (terminal.quiet()) return;
  terminal.err(buildSummary({ planned, image, results, reused, milliseconds: performance.now() - started }, terminal.palette));
}

interface Output {
  readonly image: Image | ImageIndex;
  /** The main one first. */
  readonly references: readonly string[];
  readonly results: readonly PutResult[];
  /** Layers that were in the store. */
  readonly reused: number;
}

function outputLine({ image, references, results, reused }: Output, terminal: Terminal): string {
  const [reference = image.name] = references;
  const name = withoutTag(reference);
  const { digest, size } = image.descriptor;
  if (!terminal.json()) return `${name}@${digest}\n`;
  const layers = new Set(imagesOf(image).flatMap((item) => item.layers.map((layer) => layer.digest))).size;
  const pushed = results.flatMap((result) =>
    result.layers === undefined ? [] : [{ references, bytesSent: result.bytesWritten, layers: result.layers }],
  );
  return `${JSON.stringify({ schemaVersion: 1, name, reference, digest, size, layers, reused, ...(pushed[0] && { pushed: pushed[0] }) })}\n`;
}

async function sinksOf(flags: BuildFlags & SinkFlags, { ctx, terminal }: { ctx: Context; terminal: Terminal }): Promise<Sink[]> {
  const sinks: Sink[] = [];
  if (flags.oci === undefined && flags.tar === undefined && flags.load === undefined) return sinks;
  const { archiveSink, containerdSink, daemonSink, layoutSink } = await import('../../sinks/index.ts');
  if (flags.oci !== undefined) sinks.push(layoutSink(resolve(terminal.cwd, flags.oci)));
  if (flags.tar !== undefined) sinks.push(archiveSink(flags.tar === '-' ? '-' : resolve(terminal.cwd, flags.tar)));
  if (flags.load === 'containerd') sinks.push(containerdSink(ctx));
  else if (flags.load !== undefined) sinks.push(daemonSink(flags.load === 'auto' ? await firstEngine(terminal.env) : flags.load, ctx));
  return sinks;
}

/** Docker where it listens or answers, else Podman where that answers; Docker's error says what to do if neither is there. */
async function firstEngine(env: Terminal['env']): Promise<'docker' | 'podman'> {
  const { engineWorks } = await import('../../runtime/index.ts');
  const listens = env.DOCKER_HOST !== undefined || existsSync('/var/run/docker.sock') || engineWorks('docker', env);
  return !listens && (env.CONTAINER_HOST !== undefined || engineWorks('podman', env)) ? 'podman' : 'docker';
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
