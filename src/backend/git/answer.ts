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

/** Asks the host's git for a backend. Paths of this machine are replaced by those that the backend knows. */
export async function answerGit(
  question: GitQuestion,
  { place, layout, signal }: { readonly place: GitPlace; readonly layout: BuildLayout; readonly signal: AbortSignal },
): Promise<GitOutput> {
  const words = allowedGit(question.arguments, layout);
  if (words === undefined) {
    return { status: notAllowed, stdout: new Uint8Array(0), stderr: `git ${question.arguments.join(' ')} is not allowed here\n` };
  }
  const directory = await hostDirectory(place, layout, question.cwd);
  const output = await runGit(place, words, { directory, signal });
  const stderr = output.stderr.replaceAll(place.top, layout.top);
  return words[0] === 'rev-parse' ? { ...output, stderr, stdout: ownPaths(output.stdout, place, layout) } : { ...output, stderr };
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
