import type { BuildLayout } from '../layout.ts';
import { allowedGit } from './allowed.ts';
import { type GitPlace, hostDirectory } from './place.ts';
import { type GitOutput, runGit } from './run.ts';

/** What a backend asks: the words after `git`, and where it stands. */
export interface GitQuestion {
  readonly arguments: readonly string[];
  readonly cwd: string;
}

/** The status that stands for a question which is not answered; git's own are not negative. */
export const notAllowed = -1;

interface Circumstances {
  /** Undefined for files that are in no work tree, or a host without git. */
  readonly place: GitPlace | undefined;
  readonly layout: BuildLayout;
  readonly signal: AbortSignal;
}

/** Asks the host's git for a backend. Paths of this machine are replaced by those that the backend knows. */
export async function answerGit(question: GitQuestion, { place, layout, signal }: Circumstances): Promise<GitOutput> {
  if (place === undefined) return answerWithoutRepository(question);
  const words = allowedGit(question.arguments, layout);
  if (words === undefined) {
    return { status: notAllowed, stdout: new Uint8Array(0), stderr: `git ${question.arguments.join(' ')} is not allowed here\n` };
  }
  const directory = await hostDirectory(place, layout, question.cwd);
  const output = await runGit(place, words, { directory, signal });
  const stderr = output.stderr.replaceAll(place.top, layout.top);
  return words[0] === 'rev-parse' ? { ...output, stderr, stdout: ownPaths(output.stdout, place, layout) } : { ...output, stderr };
}

/**
 * What git says outside of a repository, to whatever it is asked: some backends look for git first and rely on it from then on. The host's git is not
 * asked, so the answer is the same on every machine.
 */
function answerWithoutRepository({ arguments: words }: GitQuestion): GitOutput {
  const none = new Uint8Array(0);
  if (words.length === 1 && /^(?:--)?version$/.test(words[0] ?? '')) {
    return { status: 0, stdout: Buffer.from('git version 2.47.3\n'), stderr: '' };
  }
  return { status: 128, stdout: none, stderr: 'fatal: not a git repository (or any of the parent directories): .git\n' };
}

/** The git directory may lie elsewhere on the host, in a linked work tree for example; the backend sees it where it usually is. */
function ownPaths(stdout: Uint8Array, place: GitPlace, layout: BuildLayout): Uint8Array {
  const lines = Buffer.from(stdout).toString().split('\n');
  const own = lines.map((line) => {
    if (line === place.top || line.startsWith(`${place.top}/`)) return layout.top + line.slice(place.top.length);
    return /^(?:\/|[A-Za-z]:)/.test(line) ? `${layout.top}/.git` : line;
  });
  return Buffer.from(own.join('\n'));
}
