import type { FileSpec, ImageConfig } from '../config/types.ts';
import { type Digest, digestOf, hexOf } from '../digest.ts';
import { ToolError } from '../errors/index.ts';
import { entryPath, ownParents } from '../image-paths.ts';
import {
  callsOfFile,
  hasGlob,
  holdsPrivateKey,
  interpreterOf,
  normalPath,
  type SourceFile,
  type SourceTree,
  startsAsProgram,
  wantedPaths,
} from '../project/index.ts';
import { compareTarPaths } from '../tar/index.ts';
import { epoch } from '../tar/types.ts';
import { ownerIds } from './owner.ts';
import type { FileEntry } from './recipe.ts';
import { runtimeFiles } from './runtime-files.ts';

/** The project's files of one image, as layer entries. */
export interface PlannedFiles {
  /** Sorted bytewise, with their own parent directories; no leading slash. */
  readonly entries: readonly FileEntry[];
  /** Texts from the configuration, by digest. */
  readonly texts: Readonly<Record<Digest, string>>;
  /** Path below the tree's directory, by the digest of the content. */
  readonly sources: Readonly<Record<Digest, string>>;
  /** What scripts start with after `#!`, by absolute path in the image. */
  readonly interpreters: ReadonlyMap<string, string>;
  /** Programs that shell scripts call, by absolute path of the script in the image. */
  readonly calls: ReadonlyMap<string, readonly string[]>;
  /** For people: the top-level names that are in. */
  readonly contents: readonly string[];
  /** Top-level names that are not in, and refused secrets, with the reason; sorted. */
  readonly leftOut: readonly { readonly path: string; readonly reason: string }[];
}

export interface PlanFilesInput {
  readonly tree: SourceTree;
  readonly image: Pick<ImageConfig, 'files' | 'workdir' | 'user' | 'noProject'>;
  /** Whether the project itself is installed as a package. */
  readonly isPackage: boolean;
  /**
   * Given when the start command runs source of the project that is not installed with it: what is, below site-packages. Then everything else
   * goes in, because nobody can say what that source imports.
   */
  readonly installed?: ReadonlySet<string> | undefined;
}

/**
 * Chooses the project's files and where they lie: `files` if it is set; else of an installed package the run-time files beside it, and of
 * any other project the whole source without the files that only tools read. Pure.
 * Throws FILES_NO_MATCH, SECRET_REFUSED, CONFIG_INVALID (an unknown owner).
 */
export function planFiles(input: PlanFilesInput): PlannedFiles {
  const chosen = input.image.files === undefined ? detected(input) : input.image.files.flatMap((spec) => specFiles(spec, input));
  const byTarget = new Map(chosen.map((file) => [entryPath(file.to), file]));
  const entries = [...byTarget].map(([path, file]) => fileEntry(path, file, input));
  const parents = new Set([...byTarget.keys()].flatMap(ownParents));
  return {
    entries: [...entries, ...[...parents].map(directoryEntry)].sort((a, b) => compareTarPaths(a.path, b.path)),
    texts: Object.fromEntries(chosen.flatMap(({ content }) => (typeof content === 'string' ? [[digestOf(content), content]] : []))),
    sources: Object.fromEntries(
      chosen.flatMap(({ content }) => (typeof content !== 'string' && content.type === 'file' ? [[content.sha256, content.path]] : [])),
    ),
    interpreters: new Map([...byTarget].flatMap(([path, { content }]) => scripted(`/${path}`, content))),
    calls: new Map([...byTarget].map(([path, { content }]) => [`/${path}`, callsOf(content)])),
    contents: [...new Set(chosen.map(({ content, to }) => (typeof content === 'string' ? to : topName(content.path))))].sort(
      compareTarPaths,
    ),
    leftOut: leftOut(input, chosen),
  };
}

function scripted(path: string, content: SourceFile | string): [string, string][] {
  const found =
    typeof content === 'string' ? interpreterOf(Buffer.from(content)) : content.type === 'file' ? content.interpreter : undefined;
  return found === undefined ? [] : [[path, found]];
}

function callsOf(content: SourceFile | string): readonly string[] {
  if (typeof content === 'string') return callsOfFile(Buffer.from(content));
  return content.type === 'file' ? (content.calls ?? []) : [];
}

interface ChosenFile {
  /** Absolute path in the image. */
  readonly to: string;
  readonly content: SourceFile | string;
  readonly mode?: number;
  readonly owner?: string;
}

function detected(input: PlanFilesInput): readonly ChosenFile[] {
  const { tree, image, installed } = input;
  if (image.noProject) return [];
  return tree.files
    .filter((file) => runtimeFiles({ top: topName(file.path), isPackage: packageAlone(input) }) === undefined)
    .filter((file) => !isInstalled(file.path, installed))
    .map((file) => ({ to: `${image.workdir}/${file.path}`, content: file }));
}

/** Whether what runs is the installed package, so that most of the source tree is not needed. */
function packageAlone({ isPackage, installed }: PlanFilesInput): boolean {
  return isPackage && installed === undefined;
}

/** Modules lie below a directory like `src`, or below the project itself. */
function isInstalled(path: string, installed: PlanFilesInput['installed']): boolean {
  return installed !== undefined && (installed.has(path) || installed.has(path.slice(path.indexOf('/') + 1)));
}

/** `static/a.css` → `static/`, `main.py` → `main.py`. */
function topName(path: string): string {
  const slash = path.indexOf('/');
  return slash < 0 ? path : path.slice(0, slash + 1);
}

function specFiles(spec: FileSpec, { tree, image }: PlanFilesInput): readonly ChosenFile[] {
  if (spec.kind === 'text') return [textFile(spec)];
  const pattern = normalPath(spec.kind === 'pattern' ? spec.pattern : spec.from);
  const matches = pattern === '' ? tree.files : tree.files.filter((file) => wantedPaths([pattern]).covers(file.path));
  if (matches.length === 0) throw noMatch(spec.kind === 'pattern' ? spec.pattern : spec.from);
  if (spec.kind === 'pattern') return matches.map((file) => ({ to: `${image.workdir}/${file.path}`, content: file }));
  const base = baseOf(pattern, matches);
  const { mode, owner } = spec;
  return matches.map((file) => ({
    to: target(spec.to, { file: file.path, base }),
    content: file,
    ...(mode === undefined ? {} : { mode }),
    ...(owner === undefined ? {} : { owner }),
  }));
}

function textFile(spec: FileSpec & { readonly kind: 'text' }): ChosenFile {
  if (holdsPrivateKey(spec.text)) {
    throw new ToolError('SECRET_REFUSED', `the text of ${spec.to} holds a private key`, {
      hint: 'mount it when the container starts: wherry run -v HOST_PATH:IMAGE_PATH',
    });
  }
  const { mode, owner } = spec;
  return { to: spec.to, content: spec.text, ...(mode === undefined ? {} : { mode }), ...(owner === undefined ? {} : { owner }) };
}

function noMatch(text: string): ToolError {
  return new ToolError('FILES_NO_MATCH', `files has "${text}", which matches nothing in the project`, {
    hint: 'correct the entry, or remove it; secrets and caches never match',
  });
}

/** The directory that matches are placed relative to; undefined if the pattern names exactly one file. */
function baseOf(pattern: string, matches: readonly SourceFile[]): string | undefined {
  if (!hasGlob(pattern)) return matches.length === 1 && matches[0]?.path === pattern ? undefined : pattern;
  const steps = pattern.split('/');
  return steps.slice(0, steps.findIndex(hasGlob)).join('/');
}

function target(to: string, { file, base }: { readonly file: string; readonly base: string | undefined }): string {
  if (base === undefined) return to.endsWith('/') ? `${to}${file.split('/').at(-1)}` : to;
  return `${to.replace(/\/$/, '')}/${base === '' ? file : file.slice(base.length + 1)}`;
}

function fileEntry(path: string, file: ChosenFile, { image }: PlanFilesInput): FileEntry {
  const { uid, gid } = file.owner === undefined ? { uid: 0, gid: 0 } : ownerIds(file.owner, image.user);
  const { content } = file;
  if (typeof content === 'string') {
    const bytes = Buffer.from(content);
    const sha256 = digestOf(bytes);
    const mode = file.mode ?? (startsAsProgram(bytes) ? 0o755 : 0o644);
    return { type: 'file', path, sha256, size: bytes.length, mode, uid, gid, mtime: contentTime(sha256) };
  }
  if (content.type === 'symlink') return { type: 'symlink', path, target: content.target, mode: 0o777, uid, gid, mtime: epoch };
  const { sha256, size } = content;
  return {
    type: 'file',
    path,
    sha256,
    size,
    mode: file.mode ?? (content.executable ? 0o755 : 0o644),
    uid,
    gid,
    mtime: contentTime(sha256),
  };
}

function directoryEntry(path: string): FileEntry {
  return { type: 'directory', path, mode: 0o755, uid: 0, gid: 0, mtime: epoch };
}

/** 20 years of 365.25 days. Seconds. */
const span = 20 * 365.25 * 24 * 3600;

/**
 * The time of an application file: the constant time plus the first 4 bytes of its sha256 (big endian) modulo 20 years, so that an ETag made
 * of time and size changes with the content (DESIGN §2). Seconds since 1970.
 */
export function contentTime(sha256: Digest): number {
  return epoch + (Number.parseInt(hexOf(sha256).slice(0, 8), 16) % span);
}

function leftOut(input: PlanFilesInput, chosen: readonly ChosenFile[]): PlannedFiles['leftOut'] {
  const { tree, image, isPackage } = input;
  const taken = new Set(chosen.flatMap(({ content }) => (typeof content === 'string' ? [] : [topName(content.path)])));
  const tops = [...new Set(tree.files.map((file) => topName(file.path)))].filter((top) => !taken.has(top));
  const reason = (top: string): string => {
    if (image.files !== undefined) return 'not named in files';
    if (image.noProject) return 'no-project is set';
    return runtimeFiles({ top, isPackage: packageAlone(input) }) ?? (isPackage ? 'the project is installed as a package' : 'not needed');
  };
  const own = tops.map((top) => ({ path: top, reason: reason(top) }));
  return [...tree.leftOut, ...own].sort((a, b) => compareTarPaths(a.path, b.path));
}
