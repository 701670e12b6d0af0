import { mkdir, rm } from 'node:fs/promises';
import type { Context } from '../context.ts';
import { type Digest, isDigest } from '../digest.ts';
import type { Authorize } from '../download/index.ts';
import { ToolError } from '../errors/index.ts';
import { redact } from '../http/index.ts';
import { temporaryIn } from '../store/index.ts';
import { compareTarPaths, epoch, type LayerEntry, tarBytes } from '../tar/index.ts';
import { complaint, type GitContext, type GitLogin, type GitResult, git } from './run.ts';
import { gitUrl } from './source.ts';
import { readCommit, type TreeFile } from './tree.ts';

/** One commit of one repository. */
export interface GitCommit {
  /** Without user information. */
  readonly url: string;
  readonly commit: string;
  readonly lfs: boolean;
  /** For people: `greeter 1.0`. */
  readonly label: string;
}

export interface GitOptions {
  readonly ctx: Context;
  /** Credentials for https; git's own helpers, netrc and ssh are asked as well. */
  readonly authorize?: Authorize;
}

/** Submodules of submodules. */
const maxDepth = 8;

/**
 * The files of a commit with its submodules, as a tar archive in the store: fetched once, kept by commit. Contents are as they are in git, without
 * filters and attributes. Errors: GIT_URL_REFUSED, GIT_MISSING, GIT_FAILED, GIT_COMMIT_MISSING, GIT_LFS, OFFLINE_MISSING, those of the store.
 */
export async function fetchCommit(wanted: GitCommit, options: GitOptions): Promise<Digest> {
  const { ctx } = options;
  const key = `${wanted.commit}${wanted.lfs ? ' lfs' : ''}`;
  const known = asKnown(await ctx.store.document('git', key));
  if (known !== undefined && (await ctx.store.has(known)) !== undefined) return known;
  gitUrl(wanted.url);
  if (ctx.offline) {
    const hint = 'run the command once without --offline';
    throw new ToolError('OFFLINE_MISSING', `${wanted.label} is not in the store and no request may be sent`, { hint });
  }
  const files = await filesOf(wanted, { ...options, depth: 0 });
  const digest = await keep(files, ctx);
  await ctx.store.putDocument('git', key, digest);
  return digest;
}

function asKnown(value: unknown): Digest | undefined {
  return typeof value === 'string' && isDigest(value) ? value : undefined;
}

async function filesOf(wanted: GitCommit, options: GitOptions & { readonly depth: number }): Promise<TreeFile[]> {
  const { ctx, depth } = options;
  if (depth > maxDepth) throw new ToolError('GIT_FAILED', `submodules of ${wanted.label} are nested more than ${maxDepth} times`);
  const url = gitUrl(wanted.url);
  const repository = temporaryIn(ctx.store.directory);
  try {
    await mkdir(repository, { mode: 0o700 });
    const login = await loginFor(url, options.authorize);
    const protocols = url.protocol === 'http:' ? 'https:ssh:http' : 'https:ssh';
    const context: GitContext = { env: ctx.env, signal: ctx.signal, repository, protocols, login };
    await succeed(['init', '--quiet', '--bare', '--template=', repository], context, wanted);
    await bring(wanted, context);
    const tree = await readCommit(wanted, context);
    const below = await Promise.all(
      tree.submodules.map(async (module) => {
        const inner = { ...wanted, url: module.url, commit: module.commit, label: `submodule ${module.path} of ${wanted.label}` };
        const files = await filesOf(inner, { ...options, depth: depth + 1 });
        return files.map((file) => ({ ...file, path: `${module.path}/${file.path}` }));
      }),
    );
    return [...tree.files, ...below.flat()];
  } finally {
    await rm(repository, { recursive: true, force: true });
  }
}

async function loginFor(url: URL, authorize: Authorize | undefined): Promise<GitLogin | undefined> {
  const { authorization = '' } = url.protocol === 'ssh:' ? {} : ((await authorize?.(url.href)) ?? {});
  const encoded = /^Basic (\S+)$/.exec(authorization)?.[1];
  if (encoded === undefined) return undefined;
  const [username = '', ...rest] = Buffer.from(encoded, 'base64').toString().split(':');
  const password = rest.join(':');
  return /[\r\n\0]/.test(username + password) ? undefined : { origin: url.origin, username, password };
}

/** The one commit where the server gives it, else everything: older servers give only what a branch or tag names. */
async function bring(wanted: GitCommit, context: GitContext): Promise<void> {
  const fetch = ['fetch', '--quiet', '--force', '--no-tags', '--no-write-fetch-head'];
  const { href } = gitUrl(wanted.url);
  const one = await git([...fetch, '--depth=1', '--', href, wanted.commit], context);
  if (one.status === 0) return;
  const all = await git([...fetch, '--', href, '+refs/heads/*:refs/heads/*', '+refs/tags/*:refs/tags/*'], context);
  if (all.status !== 0) throw failed(wanted, all);
  const { status } = await git(['cat-file', '-e', `${wanted.commit}^{commit}`], context);
  if (status === 0) return;
  throw new ToolError('GIT_COMMIT_MISSING', `${wanted.label}: the commit ${wanted.commit} is not in ${redact(wanted.url)}`, {
    details: complaint(one.stderr),
    hint: 'it was removed from the repository, or was never pushed: run uv lock --upgrade-package NAME',
  });
}

async function succeed(args: readonly string[], context: GitContext, wanted: GitCommit): Promise<Buffer> {
  const result = await git(args, context);
  if (result.status !== 0) throw failed(wanted, result);
  return result.stdout;
}

const refusals =
  /Authentication failed|could not read (?:Username|Password)|Permission denied|terminal prompts disabled|returned error: 40[13]/i;

function failed({ label, url }: GitCommit, { stderr }: GitResult): ToolError {
  const isRefused = refusals.test(stderr);
  const hint = url.startsWith('ssh:')
    ? 'load a key that the server knows: ssh-add, or a deploy key in CI'
    : 'store a login: a git credential helper, ~/.netrc, or uv auth login';
  return new ToolError('GIT_FAILED', `could not fetch ${label} from ${redact(url)}`, {
    details: complaint(stderr),
    hint: isRefused ? hint : 'check the URL and the network, and try: git ls-remote URL',
  });
}

async function keep(files: readonly TreeFile[], { store }: Context): Promise<Digest> {
  const entries = files
    .map((file): LayerEntry => {
      const base = { path: file.path, uid: 0, gid: 0, mtime: epoch };
      if (file.type === 'symlink') return { ...base, type: 'symlink', target: file.target, mode: 0o777 };
      const mode = file.executable ? 0o755 : 0o644;
      return { ...base, type: 'file', size: file.bytes.length, mode, content: () => (file.bytes.length === 0 ? [] : [file.bytes]) };
    })
    .sort((a, b) => compareTarPaths(a.path, b.path));
  const writer = await store.writer();
  try {
    for (const chunk of tarBytes(entries)) await writer.write(chunk);
    return (await writer.commit()).digest;
  } finally {
    await writer.abort();
  }
}
