import type { Context } from '../context.ts';
import type { ToolError } from '../errors/index.ts';
import { failure } from './failures.ts';
import { answerGit } from './git/answer.ts';
import { findGit, type GitPlace } from './git/place.ts';
import { type BuildLayout, below, buildLayout, site } from './layout.ts';
import type { Ending, Received } from './sandbox/child.ts';
import { siteFiles } from './site.ts';
import { type Started, startBackend } from './start.ts';
import type { BuildJob, BuildReport, GitExchange } from './types.ts';
import type { Done, Hook, News } from './wire.ts';

/** Characters of a log that are kept, from its end. */
const maxLog = 1024 * 1024;

/** What a hook gave: the checked form of its last message. */
export interface HookResult extends BuildReport {
  readonly result: Done['result'];
  readonly body: Uint8Array;
  /** Programs that were not started. */
  readonly refused: readonly string[];
}

/** Which hook runs; the seed is for tests. */
export interface RunOptions {
  readonly hook: Hook;
  /** `PYTHONHASHSEED`; default 0. */
  readonly seed?: string;
}

/** Runs one hook of a job's backend in a process of its own. Errors: those of `buildWheel`. */
export async function runHook(job: BuildJob, ctx: Context, options: RunOptions): Promise<HookResult> {
  const place = job.gitDirectory === undefined ? undefined : await findGit(job.gitDirectory, ctx);
  const layout = buildLayout(job, place?.prefix ?? '');
  const started = await startBackend(job, ctx, options.seed ?? '0');
  const session = new Session({ job, ctx, place, layout, started });
  try {
    await Promise.all([session.give(options.hook), session.listen()]);
    return session.result();
  } catch (error) {
    if (!session.isSilent() || ctx.signal.aborted || !(await started.forget())) throw error;
  } finally {
    await started.child.stop();
  }
  // The stored memory did not start; there is none now.
  return await runHook(job, ctx, options);
}

interface SessionOptions {
  readonly job: BuildJob;
  readonly ctx: Context;
  readonly place: GitPlace | undefined;
  readonly layout: BuildLayout;
  readonly started: Started;
}

/** One talk with a child: what it needs is sent while it is listened to. */
class Session {
  private readonly options: SessionOptions;
  private readonly exchanges: GitExchange[] = [];
  private log = '';
  private heard = false;
  private last: { readonly done: Done; readonly body: Uint8Array } | undefined;

  constructor(options: SessionOptions) {
    this.options = options;
  }

  /** Whether the child has said nothing since its start: then its memory was of no use. */
  isSilent(): boolean {
    return !this.heard;
  }

  result(): HookResult {
    if (this.last === undefined) throw this.broken();
    const { done, body } = this.last;
    return { result: done.result, refused: done.refused, body, log: this.log, git: this.exchanges };
  }

  /** Sends the backend, the sources and the order. */
  async give(hook: Hook): Promise<void> {
    const { job, layout, place, started } = this.options;
    const { send } = started.child;
    for (const { path, bytes } of siteFiles(job.backendWheels)) await send({ type: 'file', path, mode: 0o644 }, bytes);
    for (const file of job.files) {
      const path = below(layout.root, file.path);
      if (file.type === 'symlink') await send({ type: 'link', path, target: file.target });
      else await send({ type: 'file', path, mode: file.executable ? 0o755 : 0o644 }, await file.content());
    }
    // Tools look for it before they ask git anything.
    if (place !== undefined)
      await send({ type: 'file', path: `${layout.top}/.git/HEAD`, mode: 0o644 }, Buffer.from('ref: refs/heads/main\n'));
    await send({ type: 'run', hook, backend: job.backend, directory: layout.directory, site });
  }

  /** Hears the child until the hook has ended. */
  async listen(): Promise<void> {
    const { job, ctx, started } = this.options;
    while (this.last === undefined) {
      const next = await started.child.next();
      if (next === undefined) {
        ctx.signal.throwIfAborted();
        throw failure(job, { ending: started.child.ending(), log: this.log });
      }
      this.heard = true;
      await this.hear(next);
    }
  }

  private async hear({ news, body }: Received): Promise<void> {
    const { job, started } = this.options;
    switch (news?.type) {
      case 'memory':
        if (!(await started.keep(body))) throw this.broken();
        return;
      case 'log':
        this.log = `${this.log}${printable(news.text)}\n`.slice(-maxLog);
        return;
      case 'git':
        return await this.answer(news);
      case 'failed':
        throw failure(job, { news, log: this.log });
      case 'done':
        this.last = { done: news, body };
        return;
      default:
        throw this.broken();
    }
  }

  private async answer(question: Extract<News, { readonly type: 'git' }>): Promise<void> {
    const { place, layout, ctx, started } = this.options;
    const { status, stdout, stderr } = await answerGit(question, { place, layout, signal: ctx.signal });
    if (place !== undefined) this.exchanges.push({ arguments: question.arguments, cwd: question.cwd, status, stdout });
    await started.child.send({ type: 'answer', status, stderr }, stdout);
  }

  private broken(): ToolError {
    const ending: { readonly reason: Ending; readonly stderr: string } = { reason: 'broken', stderr: '' };
    return failure(this.options.job, { ending, log: this.log });
  }
}

/** Text of a backend goes to a terminal: without what moves the cursor. */
function printable(text: string): string {
  return text.replaceAll(/[^\P{C}\t]/gu, '');
}
