import type { Context } from '../../context.ts';
import { buildLayout } from '../layout.ts';
import type { GitExchange } from '../types.ts';
import { answerGit, type GitQuestion } from './answer.ts';
import { findGit } from './place.ts';

/** Whether a directory is in a work tree that git can be asked about. */
export async function isInGit(directory: string, ctx: Pick<Context, 'env' | 'signal'>): Promise<boolean> {
  return (await findGit(directory, ctx)) !== undefined;
}

/**
 * Asks the git of a directory what a build of it asked before, and gives the exchanges as they would be now; undefined where there is no git any more.
 * A build that gets the same answers asks the same questions: if nothing differs, it need not run.
 */
export async function repeatGit(
  questions: readonly GitQuestion[],
  directory: string,
  ctx: Pick<Context, 'env' | 'signal'>,
): Promise<readonly GitExchange[] | undefined> {
  const place = await findGit(directory, ctx);
  if (place === undefined) return undefined;
  const layout = buildLayout({}, place.prefix);
  const now: GitExchange[] = [];
  for (const question of questions) {
    const { status, stdout } = await answerGit(question, { place, layout, signal: ctx.signal });
    now.push({ arguments: question.arguments, cwd: question.cwd, status, stdout });
  }
  return now;
}
