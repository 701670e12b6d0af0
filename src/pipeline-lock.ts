import { join } from 'node:path';
import { loadConfig } from './config/index.ts';
import type { Context } from './context.ts';
import { ToolError } from './errors/index.ts';
import { type ProjectInput, planProject } from './pipeline.ts';
import { readProject } from './project/index.ts';
import type { BuildRequest } from './request.ts';
import {
  checkWherryLock,
  describeChanges,
  emptyWherryLock,
  findingLine,
  readWherryLock,
  sameWherryLock,
  writeWherryLock,
} from './resolve/index.ts';
import { mirroredContext } from './supply.ts';

/** What `wherry lock` found or did. */
export interface LockReport {
  /** Absolute path of wherry.lock. */
  readonly file: string;
  /** One line per entry that came, changed or went. */
  readonly changes: readonly string[];
  /** `--check` only: what is missing or no longer true. */
  readonly problems: readonly string[];
  readonly written: boolean;
}

export interface LockOptions {
  /** Look everything up again. */
  readonly update: boolean;
  /** Write nothing; say what is missing. */
  readonly check: boolean;
  readonly ctx: Context;
}

/** Completes, renews or checks wherry.lock for every image and platform of a project. CI makes no difference here: the user asked for it. */
export async function lockProject(request: BuildRequest, { update, check, ctx }: LockOptions): Promise<LockReport> {
  const project = await readProject(request.directory);
  const file = join(project.root, 'wherry.lock');
  const known = await readWherryLock(project.root);
  if (check) return { file, changes: [], problems: await problemsOf({ project, request, pins: known }, ctx), written: false };
  const input = { project, request: { ...request, lockMode: 'default' as const }, pins: update ? emptyWherryLock : known };
  const { pins } = await planProject(input, ctx);
  const written = !sameWherryLock(known, pins);
  if (written) await writeWherryLock(project.root, pins);
  return { file, changes: describeChanges(known, pins), problems: [], written };
}

/** Whether the lock is complete, and whether what it says is still what its sources say. */
async function problemsOf(input: ProjectInput, context: Context): Promise<string[]> {
  const ctx = { ...context, emit: notesOnce(context.emit) };
  const findings: string[] = [];
  const missing: string[] = [];
  const config = await loadConfig({ project: input.project, env: ctx.env, flags: input.request.flags });
  for (const image of config.images) {
    const found = await checkWherryLock({ lock: input.pins, image, project: input.project, ctx: mirroredContext(ctx, image) });
    findings.push(...found.filter((finding) => finding.kind === 'problem').map(findingLine));
    missing.push(...(await missingEntries(input, image.name, ctx)));
    for (const finding of found) if (finding.kind === 'outdated') ctx.emit({ type: 'note', message: findingLine(finding) });
  }
  return [...new Set(missing), ...new Set(findings)];
}

/** Several images have the same notes. */
function notesOnce(emit: Context['emit']): Context['emit'] {
  const known = new Set<string>();
  return (event) => {
    if (event.type === 'note' && known.has(event.message)) return;
    if (event.type === 'note') known.add(event.message);
    emit(event);
  };
}

/** What an image needs and wherry.lock does not have: each image is planned alone, so that one does not hide what another lacks. */
async function missingEntries(input: ProjectInput, image: string, ctx: Context): Promise<string[]> {
  const { request } = input;
  const flags = { ...request.flags, images: [image] };
  try {
    await planProject({ ...input, request: { ...request, flags, lockMode: 'locked' } }, ctx);
    return [];
  } catch (error) {
    if (!(error instanceof ToolError) || error.code !== 'WHERRY_LOCK_INCOMPLETE') throw error;
    return error.details.length === 0 ? [error.message] : error.details.map((detail) => `${error.message}: ${detail}`);
  }
}
