import { buildWheel, type GitExchange, isInGit, repeatGit } from '../backend/index.ts';
import { type Digest, isDigest } from '../digest.ts';
import { canonicalJson, isTexts } from '../json.ts';
import { type BuildRecipe, type BuiltRecipe, buildId } from '../plan/index.ts';
import { digestOfExchanges, type JobMeans, type PlannedBuild, readyJob } from './job.ts';
import { keepWheel } from './kept.ts';

/**
 * The build of a tree with what git says now as part of its identity. Only the build itself shows what it asks, so the first time it is done, and its
 * wheel is kept for the layer; from then on git is asked the same again, and only another answer makes it run. Errors: those of `backend` and of indexes.
 */
export async function withGit(
  planned: PlannedBuild,
  recipe: Pick<BuiltRecipe, 'name' | 'version' | 'pythonMinor'>,
  means: JobMeans,
): Promise<PlannedBuild> {
  const { origin } = planned.material;
  if (origin.kind !== 'tree' || origin.gitDirectory === undefined) return planned;
  const { store } = means.ctx;
  const inGit = await isInGit(origin.gitDirectory, means.ctx);
  const key = canonicalJson({ ...recipe, build: planned.build, inGit });
  const known = asTalk(await store.document(kind, key));
  // Outside of a work tree there is one answer to everything.
  const same = known !== undefined && (!inGit || (await isSame(known, origin.gitDirectory, means)));
  const git = same ? known.digest : await built(planned, recipe, { means, key });
  return { ...planned, build: { ...planned.build, git } };
}

/** Documents: what a build asked git the last time. */
const kind = 'git-questions';

/** The questions of one build, and one digest for all answers. */
interface Talk {
  readonly questions: readonly Pick<GitExchange, 'arguments' | 'cwd'>[];
  readonly digest: Digest;
}

async function isSame({ questions, digest }: Talk, directory: string, { ctx }: JobMeans): Promise<boolean> {
  const now = await repeatGit(questions, directory, ctx);
  return now !== undefined && digestOfExchanges(now) === digest;
}

async function built(
  planned: PlannedBuild,
  recipe: Pick<BuiltRecipe, 'name' | 'version' | 'pythonMinor'>,
  { means, key }: { readonly means: JobMeans; readonly key: string },
): Promise<Digest> {
  const { store } = means.ctx;
  const wheel = await buildWheel(await readyJob(planned, recipe.pythonMinor, means), means.ctx);
  const talk: Talk = {
    questions: wheel.git.map(({ arguments: words, cwd }) => ({ arguments: words, cwd })),
    digest: digestOfExchanges(wheel.git),
  };
  const build: BuildRecipe = { ...planned.build, git: talk.digest };
  await keepWheel(buildId({ ...recipe, build }), wheel, store);
  await store.putDocument(kind, key, talk);
  return talk.digest;
}

function asTalk(value: unknown): Talk | undefined {
  const { questions, digest } = (value ?? {}) as { readonly questions?: unknown; readonly digest?: unknown };
  return typeof digest === 'string' && isDigest(digest) && Array.isArray(questions) && questions.every(isQuestion)
    ? { questions, digest }
    : undefined;
}

function isQuestion(value: unknown): value is Talk['questions'][number] {
  const { arguments: words, cwd } = (value ?? {}) as { readonly arguments?: unknown; readonly cwd?: unknown };
  return isTexts(words) && typeof cwd === 'string';
}
