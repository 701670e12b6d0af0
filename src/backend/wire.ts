import { isTexts } from '../json.ts';
import type { BuildBackend } from './types.ts';

/** The hooks that are run here (PEP 517). */
export type Hook = 'build_wheel' | 'prepare_metadata_for_build_wheel' | 'get_requires_for_build_wheel';

/** What the interpreter is told to do; paths are those that it sees. */
export interface HookOrder {
  readonly hook: Hook;
  readonly backend: BuildBackend;
  /** Where the hook runs: the directory of pyproject.toml. */
  readonly directory: string;
  /** Where the backend's wheels are unpacked. */
  readonly site: string;
}

/** How the interpreter starts. */
export interface StartOrder {
  /** Directory of its files on this machine. */
  readonly interpreter: string;
  /** Its standard library with compiled modules, if there is one. */
  readonly library: string | undefined;
  /** `PYTHONHASHSEED`. */
  readonly seed: string;
  /** Whether the body is the memory of an earlier start, or the memory of this one is wanted. */
  readonly memory: 'stored' | 'wanted' | 'none';
}

/** What the parent sends, in this order: `start`, any number of `file` and `link`, `run`; then an answer for each question. */
export type Order =
  | ({ readonly type: 'start' } & StartOrder)
  | { readonly type: 'file'; readonly path: string; readonly mode: number }
  | { readonly type: 'link'; readonly path: string; readonly target: string }
  | ({ readonly type: 'run' } & HookOrder)
  | { readonly type: 'answer'; readonly status: number; readonly stderr: string };

/** What the child sends. Nothing in it can be trusted once the backend runs: `readNews` checks it. */
export type News =
  /** The process runs; nothing of the package has run yet. */
  | { readonly type: 'ready' }
  /** The body is the memory of the started interpreter; nothing of the package has run yet. */
  | { readonly type: 'memory' }
  | { readonly type: 'log'; readonly text: string }
  | { readonly type: 'git'; readonly arguments: readonly string[]; readonly cwd: string }
  | Done
  | Failed;

export interface Done {
  readonly type: 'done';
  /** File name of the wheel whose bytes are the body, text of METADATA, or requirements. */
  readonly result: string | readonly string[];
  readonly refused: readonly string[];
}

export interface Failed {
  readonly type: 'failed';
  /** The exception's own line. */
  readonly reason: string;
  /** Whether the exception comes from a program that was not started. */
  readonly program: string | undefined;
  readonly refused: readonly string[];
}

/** The checked form of what a child sent, or undefined if it is none of its messages. */
export function readNews(header: unknown): News | undefined {
  if (typeof header !== 'object' || header === null) return undefined;
  const news = header as Readonly<Record<string, unknown>>;
  switch (news.type) {
    case 'ready':
    case 'memory':
      return { type: news.type };
    case 'log':
      return typeof news.text === 'string' ? { type: 'log', text: news.text } : undefined;
    case 'git':
      return isTexts(news.arguments) && typeof news.cwd === 'string'
        ? { type: 'git', arguments: news.arguments, cwd: news.cwd }
        : undefined;
    case 'done':
      return (typeof news.result === 'string' || isTexts(news.result)) && isTexts(news.refused)
        ? { type: 'done', result: news.result, refused: news.refused }
        : undefined;
    case 'failed':
      return readFailed(news);
    default:
      return undefined;
  }
}

function readFailed({ reason, program, refused }: Readonly<Record<string, unknown>>): Failed | undefined {
  if (typeof reason !== 'string' || !isTexts(refused)) return undefined;
  return { type: 'failed', reason, program: typeof program === 'string' ? program : undefined, refused };
}
